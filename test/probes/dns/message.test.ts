import { describe, expect, it } from 'vitest';
import { parseResponse, query, textOf, type Question } from '../../../src/probes/dns/message.ts';
import { reverseName } from '../../../src/probes/dns/reverse-name.ts';
import { encoded, record, respond } from './server.ts';

const question: Question = { name: 'www.example.org', type: 6, class: 1 };
const asked = query(0x1234, question, false);

describe('query', () => {
  it('has one question, and the wish for recursion only when told', () => {
    expect(asked.toString('hex')).toBe('12340000000100000000000003777777076578616d706c65036f72670000060001');
    expect(query(1, { name: '', type: 2, class: 1 }, true).toString('hex')).toBe(
      '0001010000010000000000000000020001',
    );
  });
});

describe('parseResponse', () => {
  it('follows pointers to names', () => {
    // The zone is at byte 16, behind `www`.
    const soa = record('c010', 6, 1, Buffer.alloc(22));
    const response = parseResponse(
      respond(asked, { authoritative: true, rcode: 3, authorities: [soa] }),
      0x1234,
      question,
    );
    expect(response).toMatchObject({
      rcode: 3,
      authoritative: true,
      recursionAvailable: false,
      answers: [],
      authorities: [{ name: 'example.org', type: 6, class: 1 }],
    });
  });

  it('reads a real answer of unbound to version.bind', () => {
    const real =
      '7a118480000100010000000007766572' +
      '73696f6e0462696e640000100003c00c001000030000000000' +
      '0f0e756e626f756e6420312e31372e31';
    const version: Question = { name: 'version.bind', type: 16, class: 3 };
    const [answer] = parseResponse(Buffer.from(real, 'hex'), 0x7a11, version).answers;
    expect(answer === undefined ? '' : textOf(answer).toString()).toBe('unbound 1.17.1');
  });

  it.each([
    ['a pointer to itself', record('c02f', 6, 1, Buffer.alloc(0))],
    ['a pointer past the end', record('ffff', 6, 1, Buffer.alloc(0))],
    ['a label of a kind that was never used', record('80', 6, 1, Buffer.alloc(0))],
    [
      'a name of more than 255 bytes',
      record(encoded(Array(60).fill('abcdef').join('.')), 6, 1, Buffer.alloc(0)),
    ],
    ['a record that ends too early', record('c00c', 6, 1, Buffer.alloc(8)).subarray(0, -1)],
  ])('does not take %s', (_what, broken) => {
    expect(() => parseResponse(respond(asked, { answers: [broken] }), 0x1234, question)).toThrow(
      expect.objectContaining({ status: 'garbled' }),
    );
  });

  it('reads no more than it looks into, however many records are announced', () => {
    const one = record('c00c', 6, 1, Buffer.alloc(0));
    const many = respond(asked, { answers: Array(3000).fill(one) });
    many.writeUInt16BE(3000, 6);
    expect(parseResponse(many, 0x1234, question).answers).toHaveLength(1024);
  });
});

describe('reverseName', () => {
  it.each([
    ['198.51.100.7', '7.100.51.198.in-addr.arpa'],
    ['2001:db8::12', '2.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
  ])('%s', (address, name) => {
    expect(reverseName(address)).toBe(name);
  });
});
