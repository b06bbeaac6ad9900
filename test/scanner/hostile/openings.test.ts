import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { problemsIn, useScanner } from './scanning.ts';
import { flood, start, whenSpokenTo } from './servers.ts';

import { openings, type Opening } from './openings.ts';

const scan = useScanner();

function behave({ greeting, answer }: Opening, goOn: (socket: Socket) => void) {
  return (socket: Socket): void => {
    // What is a server's to say only when it is asked waits for that.
    const unasked = answer === undefined;
    if (greeting !== undefined) socket.write(latin1(greeting));
    if (unasked) goOn(socket);
    else {
      whenSpokenTo(socket, () => {
        socket.write(latin1(answer));
        goOn(socket);
      });
    }
  };
}

const latin1 = (words: Buffer | string): Buffer =>
  typeof words === 'string' ? Buffer.from(words, 'latin1') : words;

function without(end: Buffer | string): Buffer {
  const piece = latin1(end);
  return Buffer.concat(Array<Buffer>(Math.ceil(32_768 / piece.length)).fill(piece));
}

describe.each(openings)('$name', (opening) => {
  const { probes, mayAnswer = [] } = opening;

  it('and it does go on without end', async () => {
    const { port } = await start(behave(opening, (socket) => flood(socket, without(opening.goesOn))));
    expect(problemsIn(await scan({ port, probes }), { mayAnswer })).toEqual([]);
    expect(problemsIn(await scan({ how: 'endpoint', port }), { mayAnswer: [...probes] })).toEqual([]);
  });

  it('and then nothing comes', async () => {
    const { port } = await start(behave(opening, (socket) => socket.write(latin1(opening.goesOn))));
    expect(problemsIn(await scan({ port, probes, deadlineMs: 250 }), { mayAnswer: probes })).toEqual([]);
  });

  it('and then it hangs up', async () => {
    const { port } = await start(behave(opening, (socket) => socket.end(latin1(opening.goesOn))));
    expect(problemsIn(await scan({ port, probes, deadlineMs: 250 }), { mayAnswer: probes })).toEqual([]);
  });
});
