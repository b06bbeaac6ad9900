import { describe, expect, it } from 'vitest';
import zookeeper, { readAnswer, toldBy } from '../../src/probes/zookeeper.ts';
import { ConversationError } from '../../src/scanner/probe.ts';
import { answering, observe, rawServer } from './probing.ts';

const status = (mode: string): string =>
  'Zookeeper version: 3.8.4-9316c2a7a97e1666d8f4593f34dd6fc36ecc436c, built on 2024-02-12 22:16 UTC\n' +
  `Latency min/avg/max: 0/0.0/0\nReceived: 2\nSent: 1\nConnections: 1\nOutstanding: 0\nZxid: 0x0\nMode: ${mode}\nNode count: 5\n`;

describe('zookeeper', () => {
  it('reads what everybody is told, without what changes', async () => {
    const server = await answering(status('standalone'));
    const seen = await observe(zookeeper, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      statusTold: true,
      version: '3.8.4-9316c2a7a97e1666d8f4593f34dd6fc36ecc436c',
      standalone: true,
    });
    expect((await server.received()).toString()).toBe('srvr\r\n');
  });

  it('reads an answer that comes in pieces and ends early', async () => {
    const server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('Zookee', () => socket.end('per version: 3.4.5--1, built on 06/10/2013\nLatency'));
      });
    });
    const seen = await observe(zookeeper, server.port);
    expect(seen.facts).toMatchObject({ statusTold: true, version: '3.4.5--1', standalone: null });
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['the complaint of beanstalkd', 'UNKNOWN_COMMAND\r\n'],
    ['an echo', 'srvr\r\n'],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await rawServer((socket) => socket.once('data', () => socket.end(answer)));
    await expect(observe(zookeeper, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});

describe('readAnswer', () => {
  const reset = new ConversationError('reset', 'the peer reset the connection');
  const reading = (...chunks: (string | Error)[]) => ({
    read: async () => {
      const chunk = chunks.shift() ?? '';
      if (chunk instanceof Error) throw chunk;
      return Buffer.from(chunk);
    },
  });

  it('takes a reset after the answer for its end', async () => {
    await expect(readAnswer(reading('Zookeeper ', 'version: 3.4.5\n', reset))).resolves.toBe(
      'Zookeeper version: 3.4.5\n',
    );
  });

  it('does not take a reset for an answer', async () => {
    await expect(readAnswer(reading(reset))).rejects.toThrow(reset);
  });
});

describe('toldBy', () => {
  const silent = { statusTold: false, version: null, standalone: null };

  it.each([
    ['srvr is not executed because it is not in the whitelist.\n', silent],
    [status('leader'), { statusTold: true, standalone: false }],
    [status('follower'), { statusTold: true, standalone: false }],
    ['Zookeeper version: 3.3.6\n', { statusTold: true, version: '3.3.6', standalone: null }],
    ['This ZooKeeper instance is not currently serving requests\n', { statusTold: true, version: null }],
  ])('%j', (answer, expected) => {
    expect(toldBy(answer)).toMatchObject(expected);
  });

  it('keeps control characters out of the version', () => {
    expect(toldBy('Zookeeper version: 3.8\u001b[2J, built\n').version).toBe('3.8\\x1b[2J');
  });
});
