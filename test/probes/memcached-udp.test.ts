import { expect, describe, it, onTestFinished } from 'vitest';
import memcachedUdp from '../../src/probes/memcached-udp.ts';
import { listenUdp } from '../scanner/datagram-support.ts';
import { startMemcached } from '../support/datagram-servers.ts';
import { describeWith } from '../support/requires.ts';
import { observeDatagram } from './probing.ts';

describeWith('memcached', 'memcached-udp at a real memcached', () => {
  it('sees that it answers', async () => {
    const server = await startMemcached();
    onTestFinished(() => server.stop());
    const seen = await observeDatagram(memcachedUdp, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ version: expect.stringMatching(/^1\.\d/) });
  });
});

describe('memcached-udp', () => {
  const answering = (answer: (frame: Buffer) => Buffer) =>
    listenUdp((request, reply) => reply(answer(request.subarray(0, 8))));

  it('sends version in one frame, and the same once more', async () => {
    const server = await listenUdp(() => {});
    const seen = await observeDatagram(memcachedUdp, server.port, { datagramWaitMs: 40 });
    expect(seen).toMatchObject({ status: 'timed-out', facts: null });
    const [first, second] = server.received.map(({ datagram }) => datagram);
    expect(first?.subarray(2).toString('latin1')).toBe('\0\0\0\x01\0\0version\r\n');
    expect(second).toEqual(first);
    expect(server.received).toHaveLength(2);
  });

  it.each([
    ['VERSION 1.4.31\r\n', '1.4.31'],
    ['VERSION 1.6.\u001b[2J\r\n', null],
    ['ERROR\r\n', null],
    ['SERVER_ERROR out of memory\r\n', null],
  ])('understands %j', async (text, version) => {
    const { port } = await answering((frame) => Buffer.concat([frame, Buffer.from(text)]));
    expect((await observeDatagram(memcachedUdp, port)).facts).toEqual({ version });
  });

  it.each<[string, (frame: Buffer) => Buffer]>([
    ['an echo', (frame) => Buffer.concat([frame, Buffer.from('version\r\n')])],
    ['text without a frame', () => Buffer.from('VERSION 1.4.31\r\n')],
    [
      'another id',
      (frame) => Buffer.concat([Buffer.alloc(8, ~(frame[0] ?? 0)), Buffer.from('VERSION 1.4.31\r\n')]),
    ],
    ['an empty frame', (frame) => frame],
  ])('draws no conclusion from %s', async (_what, answer) => {
    const { port } = await answering(answer);
    expect(await observeDatagram(memcachedUdp, port, { datagramWaitMs: 40 })).toMatchObject({
      status: 'garbled',
      facts: null,
    });
  });
});
