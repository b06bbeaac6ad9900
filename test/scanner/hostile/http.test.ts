import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { httpAnswers, web } from './http-answers.ts';
import { problemsIn, useScanner } from './scanning.ts';
import { start, whenSpokenTo } from './servers.ts';

const scan = useScanner();

/** They make use of all the time that they are given; the others are given what a busy machine may need. */
const slow: ReadonlySet<string> = new Set(['a body that drips', 'headers that drip']);

describe.each(httpAnswers)('a web server that answers with %s', (name, answer, expectation) => {
  const behave = (socket: Socket): void => whenSpokenTo(socket, () => answer(socket));

  it('is got over by those that speak HTTP', async () => {
    const { port } = await start(behave);
    const deadlineMs = slow.has(name) ? 1000 : 20_000;
    expect(problemsIn(await scan({ port, probes: web, deadlineMs }), expectation)).toEqual([]);
  });

  it('is got over as a port of an endpoint', async () => {
    const { port } = await start(behave);
    expect(problemsIn(await scan({ how: 'endpoint', port }), { mayAnswer: web })).toEqual([]);
  });
});
