import { describe, expect, it } from 'vitest';
import mssql from '../../src/probes/mssql.ts';
import { answering, observe } from './probing.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const packet = (body: Buffer, type = '04'): Buffer =>
  Buffer.concat([hex(`${type}01 00${(body.length + 8).toString(16).padStart(2, '0')} 0000 01 00`), body]);
/** The table and the values in the order of MS-TDS, section 4.2; 16.0.4165, no instance, no MARS. */
const response = (encryption: string): Buffer =>
  packet(
    hex(
      `00 001f 0006 01 0025 0001 02 0026 0001 03 0027 0000 04 0027 0001 06 0028 0001 ff
      10001045 0000 ${encryption} 00 00 01`.replaceAll(/\s/g, ''),
    ),
  );

describe('mssql', () => {
  it.each([
    ['00', 'login-only'],
    ['01', 'everything'],
    ['02', 'not-supported'],
    ['03', 'required'],
  ])('reads the version and encryption %s', async (value, encryption) => {
    const server = await answering(response(value));
    const seen = await observe(mssql, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ version: '16.0.4165', encryption });
    // Five options, which begin at byte 26; a login that would be encrypted, and nothing else asked for.
    expect((await server.received()).toString('hex')).toBe(
      '1201002f00000000' +
        '00001a0006010020000102002100010300220004040026000' +
        `1ff${'090000000000'}${'00'}${'00'}${'00000000'}${'00'}`,
    );
  });

  it.each([
    ['an echo', packet(hex('ff'), '12')],
    ['a table without an end', packet(hex('00 0006 0006'))],
    ['an option that reaches past the end', packet(hex('00 0006 ffff ff'))],
    ['options without end', packet(Buffer.alloc(200))],
    ['no version', packet(hex('01 0006 0001 ff 00'))],
    ['a word on encryption that is none', response('09')],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(mssql, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});
