import { describe, expect, it } from 'vitest';
import { versionOf } from '../../src/probes/oracle/tns.ts';
import oracle from '../../src/probes/oracle.ts';
import { inTurn } from './in-turn.ts';
import { answering, observe } from './probing.ts';

const packet = (type: number, body: Buffer | string): Buffer => {
  const bytes = Buffer.from(body);
  const length = bytes.length + 8;
  return Buffer.concat([Buffer.from([length >> 8, length & 0xff, 0, 0, type, 0, 0, 0]), bytes]);
};
const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([value.length >> 8, value.length & 0xff]), Buffer.from(value)]);
const refuse = (value: string): Buffer => packet(4, Buffer.concat([Buffer.from([0x22, 0]), text(value)]));
const pong = refuse('(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0)(ALIAS=LISTENER))');
const resend = packet(11, '');

describe('oracle', () => {
  it('reads what the listener answers to ping', async () => {
    const server = await answering(pong);
    const seen = await observe(oracle, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      answer: 'refuse',
      version: '19.0.0.0.0',
      errorCode: 0,
    });
    const sent = await server.received();
    expect(sent.readUInt16BE(0)).toBe(sent.length);
    // CONNECT; where its data begins and how long it is.
    expect([sent[4], sent.readUInt16BE(26), sent.readUInt16BE(24)]).toEqual([1, 58, sent.length - 58]);
    expect(sent.toString('latin1', 58)).toBe('(CONNECT_DATA=(COMMAND=ping))');
  });

  it('says it again when it is asked to, once', async () => {
    const { port, heard } = await inTurn({ turns: [resend, pong] });
    await expect(observe(oracle, port)).resolves.toMatchObject({ facts: { version: '19.0.0.0.0' } });
    const [first, second] = (await heard())[0] ?? [];
    expect(first).toBe(second);
    const deaf = await inTurn({ turns: [resend, resend, resend] });
    await expect(observe(oracle, deaf.port)).resolves.toMatchObject({ status: 'garbled' });
    expect((await deaf.heard())[0]).toHaveLength(2);
  });

  it.each([
    ['a refusal', refuse('(DESCRIPTION=(ERR=1153)(VSNNUM=186647552))'), 'refuse', '11.2.0.4.0', 1153],
    ['a refusal of few words', refuse('(ERR=12504)'), 'refuse', null, 12504],
    ['an accepted connection', packet(2, Buffer.alloc(24)), 'accept', null, null],
    ['a redirection', packet(5, text('(ADDRESS=(HOST=db)(PORT=1600))')), 'redirect', null, null],
  ])('reads %s', async (_what, reply, answer, version, errorCode) => {
    const { port } = await answering(reply);
    const seen = await observe(oracle, port);
    expect(seen.facts).toEqual({ encrypted: false, answer, version, errorCode });
  });

  it.each([
    ['a refusal in other words', refuse('go away')],
    ['a refusal that ends early', packet(4, '\u0022')],
    ['an echo', packet(1, Buffer.alloc(50))],
    ['data', packet(6, 'hello')],
    ['a packet that is too long', Buffer.from('ffff000004000000', 'hex')],
    ['a packet that is too short', Buffer.from('0004000004000000', 'hex')],
    ['a packet with a checksum', Buffer.from('000a123404000000ffff', 'hex')],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('draws no conclusion from %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(oracle, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});

describe('versionOf', () => {
  it.each([
    [0x0a200500, '10.2.0.5.0'],
    [0x0c102000, '12.1.2.0.0'],
    [0x12030000, '18.3.0.0.0'],
    [0x13130000, '19.19.0.0.0'],
    [0xffffffff, '255.255.15.255.15'],
  ])('%i is %s', (number, version) => {
    expect(versionOf(number)).toBe(version);
  });
});
