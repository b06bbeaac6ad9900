import { describe, expect, it } from 'vitest';
import memcached from '../../src/probes/memcached.ts';
import { inTurn } from './in-turn.ts';
import { answering, observe } from './probing.ts';

const QUESTION = Buffer.from('version\r\nversion\r\nversion\r\n').toString('hex');
const version = '810b000000000000000000060000000000000000000000 00312e362e3138'.replaceAll(' ', '');
const noop = (status: string): string => `810a00000000${status}00000000000000000000000000000000`;
const binary = (status: string): Buffer => Buffer.from(version + noop(status), 'hex');

describe('memcached', () => {
  it('sees that anybody is told the version, which it asks in text', async () => {
    const server = await answering('VERSION 1.6.18\r\nVERSION 1.6.18\r\nVERSION 1.6.18\r\n');
    const seen = await observe(memcached, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      version: '1.6.18',
      authRequired: false,
      protocol: 'text',
    });
    expect((await server.received()).toString('hex')).toBe(QUESTION);
  });

  it('sees that credentials are wanted in text', async () => {
    const { port } = await answering('CLIENT_ERROR unauthenticated\r\n');
    const seen = await observe(memcached, port);
    expect(seen.facts).toMatchObject({ version: null, authRequired: true, protocol: 'text' });
  });

  it.each([
    ['0000', false],
    ['0020', true],
  ])('asks a server that hangs up on text in its other protocol: status %s', async (status, authRequired) => {
    const { port, heard } = await inTurn({ turns: [null] }, { turns: [binary(status)] });
    const seen = await observe(memcached, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: false, version: '1.6.18', authRequired, protocol: 'binary' });
    const header = (opcode: string): string => `80${opcode}${'00'.repeat(22)}`;
    expect(await heard()).toEqual([[QUESTION], [header('0b') + header('0a')]]);
  });

  it.each([
    ['the complaint of beanstalkd', 'UNKNOWN_COMMAND\r\n'],
    ['an echo', 'version\r\n'],
    ['a version that is none', 'VERSION \u001b[2J\r\n'],
    ['an error', 'SERVER_ERROR out of memory\r\n'],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    const seen = await observe(memcached, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).not.toContain('\u001b');
  });

  it.each([
    ['another status', binary('0081')],
    ['an answer to another question', Buffer.from(noop('0000') + version, 'hex')],
    ['a body that is too long', Buffer.from(`810b00000000000000ffffff${'00'.repeat(12)}`, 'hex')],
  ])('draws no conclusion from %s in the other protocol', async (_what, answer) => {
    const { port } = await inTurn({ turns: [null] }, { turns: [answer] });
    await expect(observe(memcached, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it.each([
    [true, 'ERROR\r\n'],
    [true, 'ERROR\r\nERROR\r\n'],
    [true, 'CLIENT_ERROR unauthenticated\r\n'],
    [false, 'ERROR: unknown command\r\n'],
    [false, 'UNKNOWN_COMMAND\r\n'],
    [false, ''],
  ])('says %s to %j', (expected, words) => {
    expect(memcached.recognises?.(Buffer.from(words))).toBe(expected);
  });
});
