import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { problemsIn, memoryLimit, useScanner, type Expectation } from './scanning.ts';
import { drip, flood, start, whenSpokenTo } from './servers.ts';

const scan = useScanner();
const noise = Buffer.from(
  Array.from({ length: 65_536 }, (_, index) => (index * 151 + (index >> 8) * 7) & 0xff),
);

const cases: readonly [name: string, server: (socket: Socket) => void, expectation?: Expectation][] = [
  ['accepts and never says a word', () => {}],
  ['never reads either', (socket) => socket.pause()],
  ['resets at once', (socket) => socket.resetAndDestroy()],
  ['resets when it is spoken to', (socket) => whenSpokenTo(socket, () => socket.resetAndDestroy())],
  ['hangs up at once', (socket) => socket.end()],
  ['hangs up when it is spoken to', (socket) => whenSpokenTo(socket, () => socket.end())],
  [
    'echoes',
    (socket) => socket.on('data', (chunk) => socket.write(chunk)),
    // Echo is one of them.
    { mayAnswer: ['small-services'] },
  ],
  ['sends one line without end', (socket) => flood(socket, Buffer.alloc(65_536, 'A'))],
  ['sends empty lines without end', (socket) => flood(socket, '\r\n'.repeat(32_768))],
  ['sends zeros without end', (socket) => flood(socket, Buffer.alloc(65_536))],
  ['sends 0xff without end', (socket) => flood(socket, Buffer.alloc(65_536, 0xff))],
  ['sends noise without end', (socket) => flood(socket, noise)],
  ['answers with noise without end', (socket) => whenSpokenTo(socket, () => flood(socket, noise))],
  [
    'speaks HTTP only',
    (socket) => socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')),
    { mayAnswer: ['http', 'http-trace'] },
  ],
  ['drips a greeting', (socket) => drip(socket, '220 welcome to')],
  ['drips an answer', (socket) => whenSpokenTo(socket, () => drip(socket, 'x'))],
];

describe.each(cases)('a server that %s', (_name, server, expectation) => {
  it.each(['every-probe', 'endpoint'] as const)('is got over: %s', async (how) => {
    const { port } = await start(server);
    const report = await scan({ how, port });
    expect(problemsIn(report, expectation)).toEqual([]);
  });
});

it('would take more memory than it may if nothing were bounded', async () => {
  const { port } = await start((socket) => flood(socket, Buffer.alloc(65_536, 'A')));
  const { memory } = await scan({ how: 'without-bounds', port });
  expect(memory.residentMb).toBeGreaterThan(memoryLimit.residentMb);
  expect(memory.heldMb).toBeGreaterThan(memoryLimit.heldMb);
});
