import { describe, expect, it } from 'vitest';
import rpcbind from '../../src/probes/rpcbind.ts';
import { answering, observe } from './probing.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const record = (body: Buffer, last = 0x80): Buffer => {
  const mark = Buffer.alloc(4);
  mark.writeUInt32BE(body.length);
  mark[0] = last;
  return Buffer.concat([mark, body]);
};

const ID = '5069636b';
const accepted = `${ID} 00000001 00000000 00000000 00000000`;
/** Two versions of the port mapper, NFS and its mount daemon, and a program without a name, as rpcbind lists them. */
const list = [
  '00000001 000186a0 00000004 00000006 0000006f',
  '00000001 000186a0 00000002 00000011 0000006f',
  '00000001 000186a5 00000003 00000006 00004e50',
  '00000001 000186a3 00000004 00000006 00000801',
  '00000001 2a7aad4f 00000001 00000006 0000c350',
  '00000000',
].join('');
const listed = hex(`${accepted} 00000000 ${list}`);

describe('rpcbind', () => {
  it('reads which programs are registered, each once and in order', async () => {
    const server = await answering(record(listed));
    const seen = await observe(rpcbind, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      listed: true,
      programs: ['portmapper', 'nfs', 'mountd', '712682831'],
    });
    // Program 100000, version 2, procedure 4, with neither credentials nor arguments.
    expect((await server.received()).toString('hex')).toBe(
      `80000028${ID}0000000000000002000186a00000000200000004${'00'.repeat(16)}`,
    );
  });

  it('puts fragments together', async () => {
    const { port } = await answering(
      Buffer.concat([record(listed.subarray(0, 30), 0), record(listed.subarray(30))]),
    );
    await expect(observe(rpcbind, port)).resolves.toMatchObject({ facts: { listed: true } });
  });

  it.each([
    ['there is no such procedure', `${accepted} 00000003`],
    ['the call is denied', `${ID} 00000001 00000001 00000001 00000005`],
  ])('sees that it is not told when %s', async (_why, reply) => {
    const { port } = await answering(record(hex(reply)));
    await expect(observe(rpcbind, port)).resolves.toMatchObject({ facts: { listed: false, programs: [] } });
  });

  it.each([
    ['another program', record(hex(`${accepted} 00000001`))],
    ['a fault of the server', record(hex(`${accepted} 00000005`))],
    ['an answer to another call', record(hex('00000001 00000001 00000000 00000000 00000000 00000000'))],
    ['an echo', record(hex(`${ID} 00000000 00000002 000186a0 00000002 00000004`))],
    ['a list that ends early', record(hex(`${accepted} 00000000 00000001 000186a0`))],
    ['a verifier that reaches past the end', record(hex(`${ID} 00000001 00000000 00000000 ffffffff`))],
    ['a record that is too long', hex('ffffffff')],
    ['fragments without end', Buffer.alloc(256)],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('draws no conclusion from %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(rpcbind, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});
