import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalReason } from '../../src/scope/address.ts';

const real = { sandbox: false };
const sandbox = { sandbox: true };

/** What must never get a packet: [first octets or groups that are fixed, the rest is free]. */
const forbidden4: readonly (readonly [base: number, prefix: number])[] = [
  [0x00_00_00_00, 8],
  [0x0a_00_00_00, 8],
  [0x64_40_00_00, 10],
  [0x7f_00_00_00, 8],
  [0xa9_fe_00_00, 16],
  [0xac_10_00_00, 12],
  [0xc0_00_00_00, 24],
  [0xc0_00_02_00, 24],
  [0xc0_a8_00_00, 16],
  [0xc6_12_00_00, 15],
  [0xc6_33_64_00, 24],
  [0xcb_00_71_00, 24],
  [0xe0_00_00_00, 4],
  [0xf0_00_00_00, 4],
];

const octetsOf = (value: number): number[] => [24, 16, 8, 0].map((bits) => (value >>> bits) & 255);
const hex = (value: number): string => value.toString(16);

const forbiddenNumber = fc
  .tuple(fc.constantFrom(...forbidden4), fc.integer({ min: 0, max: 0xffff_ffff }))
  .map(([[base, prefix], noise]) => {
    const host = prefix === 0 ? 0xffff_ffff : 2 ** (32 - prefix) - 1;
    return (base | (noise & host)) >>> 0;
  });

/** Ways to write an IPv4 address: the plain one, those that some resolver or library accepts, and those inside IPv6. */
const spellings4: readonly ((octets: number[], value: number) => string)[] = [
  (o) => o.join('.'),
  (o) => o.map((octet) => `0${octet.toString(8)}`).join('.'),
  (o) => o.map((octet) => `0x${hex(octet)}`).join('.'),
  (o) => o.map((octet) => String(octet).padStart(3, '0')).join('.'),
  (_, value) => String(value),
  (_, value) => `0x${hex(value)}`,
  (o, value) => `${o[0]}.${value & 0xff_ffff}`,
  (o, value) => `${o[0]}.${o[1]}.${value & 0xffff}`,
  (o) => `::ffff:${o.join('.')}`,
  (o) => `0:0:0:0:0:FFFF:${o.join('.')}`,
  (_, value) => `::ffff:${hex(value >>> 16)}:${hex(value & 0xffff)}`,
  (o) => `::${o.join('.')}`,
  (o) => `64:ff9b::${o.join('.')}`,
  (_, value) => `2002:${hex(value >>> 16)}:${hex(value & 0xffff)}::1`,
  (o) => `[::ffff:${o.join('.')}]`,
  (o) => `${o.join('.')} `,
  (o) => `${o.join('.')}.`,
  (o) => `${o.join('.')}%eth0`,
  (o) => `${o.join('.')}:80`,
  (o) => `user@${o.join('.')}`,
  (o) => `${o.join('.')}\u0000`,
  (o) => o.join('。'),
];

describe('refusalReason', () => {
  test('no spelling of an IPv4 address that is not public is ever cleared', () => {
    fc.assert(
      fc.property(forbiddenNumber, fc.constantFrom(...spellings4), (value, spell) => {
        expect(refusalReason(spell(octetsOf(value), value), real)).not.toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  test('no spelling of an IPv6 address that is not public is ever cleared', () => {
    const fixed = [
      'fc00',
      'fd00',
      'fdff',
      'fe80',
      'febf',
      'fec0',
      'ff02',
      '100',
      '0',
      '2002',
      '64',
      '3fff',
      '5f00',
    ];
    const groups = fc.array(fc.integer({ min: 0, max: 0xfff }), { minLength: 7, maxLength: 7 });
    const suffix = fc.constantFrom('', '%eth0', '%1');
    fc.assert(
      fc.property(fc.constantFrom(...fixed), groups, suffix, (first, rest, zone) => {
        const plain = [first, ...rest.map(hex)].join(':');
        expect(refusalReason(plain + zone, real)).not.toBeNull();
        expect(refusalReason(plain.toUpperCase() + zone, real)).not.toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  test('text that is not an address is never cleared', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.webUrl()), (text) => {
        fc.pre(!/^[0-9]+(\.[0-9]+){3}$/.test(text) && !text.includes(':'));
        expect(refusalReason(text, real)).not.toBeNull();
        expect(refusalReason(text, sandbox)).not.toBeNull();
      }),
    );
  });

  test('the sandbox clears loopback and nothing else', () => {
    const any = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(any, (value) => {
        const octets = octetsOf(value);
        expect(refusalReason(octets.join('.'), sandbox) === null).toBe(octets[0] === 127);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(refusalReason(address, sandbox) === null).toBe(address === '::1');
      }),
    );
    expect(refusalReason('::1', sandbox)).toBeNull();
    expect(refusalReason('127.0.0.2', sandbox)).toBeNull();
    expect(refusalReason('::ffff:127.0.0.1', sandbox)).not.toBeNull();
    expect(refusalReason('52.95.110.1', sandbox)).toContain('not loopback');
  });

  test.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.169.254', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['169.254.170.2', 'link-local'],
    ['fe80::1', 'link-local'],
    ['10.1.2.3', 'private'],
    ['fd12::1', 'private'],
    ['100.64.0.1', 'CGNAT'],
    ['224.0.0.1', 'multicast'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['203.0.113.7', 'documentation'],
    ['2001:db8::1', 'documentation'],
    ['255.255.255.255', 'broadcast'],
    ['64:ff9b::102:304', 'NAT64'],
    ['2001::1', 'Teredo'],
    ['4000::1', 'not global unicast'],
    ['::ffff:52.95.110.1', 'canonical form'],
    ['2A05:D018::1', 'canonical form'],
    ['example.com', 'not plainly'],
  ])('%s is refused as %s', (address, word) => {
    expect(refusalReason(address, real)).toContain(word);
  });

  test.each(['52.95.110.1', '3.5.140.1', '2a05:d018::1', '2600:1f18:1234::1'])('%s is allowed', (address) => {
    expect(refusalReason(address, real)).toBeNull();
  });

  test('a reason shows nothing that could steer a terminal', () => {
    expect(refusalReason('\u001b[2J10.0.0.1', real)).not.toContain('\u001b');
  });
});
