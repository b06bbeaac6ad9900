import { describe, expect, it } from 'vitest';
import ldap from '../../src/probes/ldap.ts';
import { handshakeAfter, inTurn, type Turn } from './in-turn.ts';
import { answering, observe } from './probing.ts';

/** An element, as RFC 4511 has it encoded; these are all shorter than 64 KiB. */
function ber(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = body.length < 128 ? [tag, body.length] : [tag, 0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}
const id = (number: number): Buffer => ber(0x02, Buffer.from([number]));
const result = (number: number, code: number, tag = 0x65): Buffer =>
  ber(0x30, id(number), ber(tag, ber(0x0a, Buffer.from([code])), ber(0x04), ber(0x04)));
const entry = (number: number, attributes: Readonly<Record<string, readonly string[]>>): Buffer => {
  const encoded = Object.entries(attributes).map(([name, values]) =>
    ber(0x30, ber(0x04, name), ber(0x31, ...values.map((value) => ber(0x04, value)))),
  );
  return ber(0x30, id(number), ber(0x64, ber(0x04), ber(0x30, ...encoded)));
};
const found = (number: number, attributes: Readonly<Record<string, readonly string[]>> = {}): Buffer =>
  Buffer.concat([entry(number, attributes), result(number, 0)]);

const START_TLS = '1.3.6.1.4.1.1466.20037';
const contexts = { namingContexts: ['dc=example,dc=com'] };
const root = (extensions: readonly string[] = [START_TLS]) =>
  found(1, { objectClass: ['top', 'OpenLDAProotDSE'], ...contexts, supportedExtension: extensions });

const UNBIND = '300502017f4200';
const STARTTLS_REQUEST = '301d02010177188016312e332e362e312e342e312e313436362e3230303337';
/** A search for the base object dc=example,dc=com, one entry, ten seconds, objectClass present, no attribute. */
const CONTEXT_REQUEST =
  '303b0201026336041164633d6578616d706c652c64633d636f6d0a01000a010002010102010a010100870b6f626a656374436c61737330050403312e31';
const agreed = { startTls: result(1, 0, 0x78), asked: STARTTLS_REQUEST.length / 2 };

async function look(...scripts: readonly (readonly Turn[])[]) {
  const { port, heard } = await inTurn(...scripts.map((turns) => ({ turns })));
  return { seen: await observe(ldap, port), heard };
}

describe('ldap', () => {
  it('sees entries, StartTLS and the product', async () => {
    const { seen, heard } = await look([root(), found(2)]);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      startTlsOffered: true,
      anonymousRead: true,
      namingContexts: ['dc=example,dc=com'],
      saslMechanisms: [],
      vendor: 'OpenLDAP',
    });
    const [[first, ...rest] = []] = await heard();
    expect(first).toMatch(/^3082008c0201016382008504000a01000a010002010102010a0101008/);
    expect(rest).toEqual([CONTEXT_REQUEST, UNBIND]);
  });

  it.each([1, 8, 32, 48, 50, 53])('takes result code %i for a refusal', async (code) => {
    const { seen } = await look([root(['1.3.6.1.1.8']), result(2, code)]);
    expect(seen.facts).toMatchObject({ anonymousRead: false, startTlsOffered: false });
  });

  it('takes success without an entry for a refusal', async () => {
    const { seen } = await look([root(), result(2, 0)]);
    expect(seen.facts).toMatchObject({ anonymousRead: false });
  });

  it('counts an entry that comes with the limit of one', async () => {
    const { seen } = await look([root(), Buffer.concat([entry(2, {}), result(2, 4)])]);
    expect(seen.facts).toMatchObject({ anonymousRead: true });
  });

  it('goes on to the next naming context, up to four', async () => {
    const many = found(1, {
      namingContexts: ['', 'o=a', 'o=b', 'o=c', 'o=d', 'o=e'],
      supportedExtension: ['1.2'],
    });
    const { seen, heard } = await look([many, result(2, 50), result(3, 32), result(4, 50), result(5, 50)]);
    expect(seen.facts).toMatchObject({ anonymousRead: false });
    expect(seen.facts?.['namingContexts']).toEqual(['o=a', 'o=b', 'o=c', 'o=d', 'o=e']);
    expect((await heard())[0]).toHaveLength(6);
    const found3 = await look([many, result(2, 50), found(3)]);
    expect(found3.seen.facts).toMatchObject({ anonymousRead: true });
  });

  it.each([
    [result(1, 0, 0x78), true],
    [result(1, 2, 0x78), false],
  ])('asks for StartTLS where the root entry is not shown', async (answer, startTlsOffered) => {
    const { seen, heard } = await look([result(1, 53)], [answer]);
    expect(seen.facts).toMatchObject({ startTlsOffered, anonymousRead: false, namingContexts: [] });
    expect((await heard())[1]).toEqual([STARTTLS_REQUEST]);
  });

  it('looks inside TLS where entries are shown only there', async () => {
    const { seen, heard } = await look([result(1, 13)], [agreed, root(), found(2)]);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toMatchObject({
      encrypted: false,
      startTlsOffered: true,
      anonymousRead: true,
      saslMechanisms: [],
    });
    expect((await heard())[1]?.slice(2)).toEqual([CONTEXT_REQUEST, UNBIND]);
  });

  it('tells the vendor, whose name some repeat', async () => {
    const repeated = { vendorName: ['389 Project'], vendorVersion: ['389 Project/2.3.1 B2023'] };
    const one = await look([found(1, { ...repeated, supportedExtension: ['1.2'] })]);
    expect(one.seen.facts?.['vendor']).toBe('389 Project/2.3.1 B2023');
    const named = { vendorName: ['Example\u0007'], vendorVersion: ['2'], supportedExtension: ['1.2'] };
    const two = await look([found(1, named)]);
    expect(two.seen.facts?.['vendor']).toBe('Example\\x07 2');
  });

  it('leads into TLS by StartTLS', async () => {
    const { port } = await inTurn({ turns: [agreed] });
    await expect(handshakeAfter(ldap, port)).resolves.toMatchObject({ facts: { protocol: 'TLSv1.3' } });
    const declining = await answering(result(1, 2, 0x78));
    await expect(handshakeAfter(ldap, declining.port)).resolves.toMatchObject({
      status: 'garbled',
      detail: 'The server does not offer StartTLS.',
    });
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['an answer to another request', result(9, 0)],
    ['an answer to no request', result(0, 52, 0x78)],
    ['a server that is busy', result(1, 51)],
    ['an indefinite length', Buffer.from('3080020101', 'hex')],
    ['a message that is too long', Buffer.from('30840fffffff', 'hex')],
    ['an element that is longer than its message', Buffer.from('300502010164ff', 'hex')],
    ['a result without a code', ber(0x30, id(1), ber(0x65))],
    ['a number of nine bytes', ber(0x30, id(1), ber(0x65, ber(0x0a, Buffer.alloc(9))))],
    ['entries without end', Buffer.concat(Array<Buffer>(20).fill(entry(1, {})))],
    ['an echo of a search', ber(0x30, id(1), ber(0x63, ber(0x04)))],
  ])('draws no conclusion from %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(ldap, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});
