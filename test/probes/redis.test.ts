import { describe, expect, it, onTestFinished } from 'vitest';
import redis, { pingOutcome } from '../../src/probes/redis.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { describeWith } from '../support/requires.ts';
import { answering, observe } from './probing.ts';

async function start(...settings: string[]): Promise<number> {
  const server = await startRedisServer(settings);
  onTestFinished(() => server.stop());
  return server.port;
}

describeWith('redis-server', 'redis at a real redis-server', () => {
  it('sees that anybody is served', async () => {
    const seen = await observe(redis, await start('--protected-mode', 'no'));
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: false, authRequired: false, protectedMode: false });
  });

  it('sees that a password is wanted', async () => {
    const seen = await observe(redis, await start('--requirepass', 'test-only'));
    expect(seen.facts).toEqual({ encrypted: false, authRequired: true, protectedMode: false });
  });
});

describe('redis', () => {
  it('sends PING alone', async () => {
    const server = await answering('+PONG\r\n');
    await observe(redis, server.port);
    expect((await server.received()).toString()).toBe('*1\r\n$4\r\nPING\r\n');
  });

  it.each([
    'HTTP/1.1 400 Bad Request\r\n\r\n',
    '-ERR unknown command\r\n',
    '-ERR max number of clients reached\r\n',
    '+OK\r\n',
  ])('draws no conclusion from %j', async (answer) => {
    const { port } = await answering(answer);
    await expect(observe(redis, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});

describe('redis recognises', () => {
  it.each([
    [true, "-ERR wrong number of arguments for 'get' command\r\n"],
    [true, '-ERR unknown command `GET`, with args beginning with: `/`, `HTTP/1.0`, \r\n'],
    [true, '-NOAUTH Authentication required.\r\n'],
    [true, '-DENIED Redis is running in protected mode because protected mode is enabled…\r\n'],
    [true, '-ERR max number of clients reached\r\n'],
    [false, "-ERR 'Unknown Protocol Operation'\r\n"],
    [false, '-ERR Unknown command.\r\n'],
    [false, '+OK POP3 ready\r\n'],
    [false, ''],
  ])('%s of %j', (expected, words) => {
    expect(redis.recognises?.(Buffer.from(words))).toBe(expected);
  });
});

describe('pingOutcome', () => {
  it.each([
    ['-NOAUTH Authentication required.', { authRequired: true, protectedMode: false }],
    ['-ERR operation not permitted', { authRequired: true, protectedMode: false }],
    ['-DENIED Redis is running in protected mode because…', { authRequired: true, protectedMode: true }],
    ['-LOADING Redis is loading the dataset in memory', { authRequired: false, protectedMode: false }],
  ])('%s', (reply, expected) => {
    expect(pingOutcome(reply)).toEqual(expected);
  });
});
