import { describe, expect, it } from 'vitest';
import { decodeBson, encodeBson } from '../../src/probes/mongodb/bson.ts';
import mongodb from '../../src/probes/mongodb.ts';
import { inTurn } from './in-turn.ts';
import { answering, observe } from './probing.ts';

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const message = (answers: number, opcode: number, body: Buffer): Buffer =>
  Buffer.concat([...[body.length + 16, 77, answers, opcode].map(int32), body]);
type Fields = Parameters<typeof encodeBson>[0];
/** In OP_REPLY: flags, cursor, where it begins, one document. */
const reply = (answers: number, fields: Fields): Buffer =>
  message(answers, 1, Buffer.concat([Buffer.alloc(16), int32(1), encodeBson(fields)]));
const msg = (answers: number, fields: Fields): Buffer =>
  message(answers, 2013, Buffer.concat([Buffer.alloc(5), encodeBson(fields)]));

/** What isMaster gets from a Java implementation of the protocol, typed off the wire; maxWireVersion 6, ok 1.0. */
const hello =
  'c2000000 01000000 01000000 01000000 00000000 0000000000000000 00000000 01000000' +
  '9e000000 0869736d617374657200 01 106d617842736f6e4f626a65637453697a6500 00000001' +
  '106d61785772697465426174636853697a6500 e8030000 106d61784d65737361676553697a65427974657300 006cdc02' +
  '106d61785769726556657273696f6e00 06000000 106d696e5769726556657273696f6e00 00000000' +
  '096c6f63616c54696d6500 d0793001a2010000 016f6b00 000000000000f03f 00';
const helloReply = Buffer.from(hello.replaceAll(' ', ''), 'hex');
const old = reply(1, { ismaster: true, ok: 1 });

describe('mongodb', () => {
  it('sees that anybody is told the databases', async () => {
    const turns = [helloReply, msg(2, { version: '6.0.19', ok: 1 }), msg(3, { totalSize: 1, ok: 1 })];
    const { port, heard } = await inTurn({ turns });
    const seen = await observe(mongodb, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      maxWireVersion: 6,
      version: '6.0.19',
      authRequired: false,
    });
    const [[first, ...rest] = []] = await heard();
    expect(first).toBe(
      `3a0000000100000000000000d407000004000000${Buffer.from('admin.$cmd\0').toString('hex')}00000000ffffffff130000001069734d6173746572000100000000`,
    );
    expect(rest.map((words) => Buffer.from(words, 'hex').readInt32LE(12))).toEqual([2013, 2013]);
    expect(Buffer.from(rest[1] ?? '', 'hex').toString('latin1')).toMatch(
      /listDatabases.*nameOnly.*filter.*admin/,
    );
  });

  it('sees that credentials are wanted', async () => {
    const unauthorised = { ok: 0, errmsg: 'Command listDatabases requires authentication', code: 13 };
    const { port } = await inTurn({ turns: [helloReply, msg(2, { ok: 0, code: 13 }), msg(3, unauthorised)] });
    const seen = await observe(mongodb, port);
    expect(seen.facts).toMatchObject({ version: null, authRequired: true });
  });

  it('speaks to servers before 3.6 in the older message', async () => {
    const turns = [old, reply(2, { version: '2.4.14', ok: 1 }), reply(3, { ok: 0, errmsg: 'unauthorized' })];
    const { port, heard } = await inTurn({ turns });
    const seen = await observe(mongodb, port);
    expect(seen.facts).toMatchObject({ maxWireVersion: 0, version: '2.4.14', authRequired: true });
    const opcodes = (await heard())[0]?.map((words) => Buffer.from(words, 'hex').readInt32LE(12));
    expect(opcodes).toEqual([2004, 2004, 2004]);
  });

  it.each([
    ['a command that is not known', [helloReply, msg(2, { ok: 1 }), msg(3, { ok: 0, code: 59 })]],
    ['a greeting without success', [reply(1, { ok: 0, errmsg: 'no \u001b[2J' })]],
    ['an answer to another message', [reply(9, { ok: 1 })]],
    ['another kind of message', [message(1, 2012, encodeBson({ ok: 1 }))]],
    ['a document that claims to be longer', [message(1, 1, Buffer.concat([Buffer.alloc(20), int32(99)]))]],
    ['a message without end', [Buffer.concat([int32(0x7fffffff), int32(1), int32(1), int32(1)])]],
    ['HTTP', ['HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n']],
    ['hanging up', [null]],
  ])('draws no conclusion from %s', async (_what, turns) => {
    const { port } = await inTurn({ turns });
    const seen = await observe(mongodb, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).not.toContain('\u001b');
  });

  it('is not fooled by an echo', async () => {
    const echo = await answering(Buffer.from('3a0000000100000000000000d407000004000000', 'hex'));
    await expect(observe(mongodb, echo.port)).resolves.toMatchObject({ status: 'garbled' });
  });

  it('recognises its complaint about HTTP, not a page that is about it', () => {
    const head =
      'HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 85\r\n\r\n';
    const words = 'It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n';
    expect(mongodb.recognises?.(Buffer.from(head + words))).toBe(true);
    expect(mongodb.recognises?.(Buffer.from(`${head}<h1>${words}`))).toBe(false);
    expect(mongodb.recognises?.(Buffer.from(`${head}${words}<p>${'and so on '.repeat(40)}`))).toBe(false);
    expect(mongodb.recognises?.(Buffer.from(head))).toBe(false);
  });
});

describe('decodeBson', () => {
  it('reads plain values and passes over the others', () => {
    const fields =
      '01 6400 000000000000f83f' + // d: 1.5
      '03 6f00 05000000 00' + // o: {}
      '04 6100 05000000 00' + // a: []
      '05 6200 02000000 00 ffff' + // b: two bytes
      '07 6900 000000000000000000000000' +
      '09 7400 0000000000000000' +
      '0a 6e00' +
      '11 7300 0000000000000000' +
      '12 6c00 ffffffffffffffff' + // l: -1
      '13 6d00 00000000000000000000000000000000' +
      '02 7800 03000000 6f6b00' + // x: ok
      '08 7900 01'; // y: true
    const body = Buffer.from(`${fields.replaceAll(' ', '')}00`, 'hex');
    const document = Buffer.concat([int32(body.length + 4), body]);
    expect(Object.fromEntries(decodeBson(document))).toEqual({
      d: 1.5,
      o: null,
      a: null,
      b: null,
      i: null,
      t: null,
      n: null,
      s: null,
      l: -1,
      m: null,
      x: 'ok',
      y: true,
    });
  });

  it.each([
    ['a negative length of a text', '02 7800 ffffffff 00'],
    ['a negative length of a document', '03 7800 ffffffff 00'],
    ['an unknown type', '7a 7800 00'],
    ['a name without an end', '0a 787878'],
    ['no end', '0a 7800'],
  ])('refuses %s', (_what, fields) => {
    const body = Buffer.from(fields.replaceAll(' ', ''), 'hex');
    expect(() => decodeBson(Buffer.concat([int32(body.length + 4), body]))).toThrow(/./);
    expect(() => decodeBson(Buffer.concat([int32(body.length + 4), body]))).not.toThrow(RangeError);
  });
});
