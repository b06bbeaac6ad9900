import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalAddress, canonicalCidr, contains } from '../../src/aws/address.ts';
import { isPublicCidr, specialUse } from '../../src/aws/special-addresses.ts';

describe('canonicalAddress', () => {
  test.each([
    ['52.1.2.3', '52.1.2.3'],
    ['::ffff:52.1.2.3', '52.1.2.3'],
    ['::ffff:3401:203', '52.1.2.3'],
    ['0:0:0:0:0:FFFF:52.1.2.3', '52.1.2.3'],
    ['2A05:D018:0:0:0:0:0:1', '2a05:d018::1'],
    ['2a05:d018::0001', '2a05:d018::1'],
    ['2a05:d018:0:1:0:0:0:1', '2a05:d018:0:1::1'],
  ])('%s is written %s', (text, expected) => {
    expect(canonicalAddress(text)).toBe(expected);
  });

  test.each([
    '',
    ' 52.1.2.3',
    '52.1.2.3\n',
    '52.1.2',
    '52.1.515',
    '872546819',
    '0x34.1.2.3',
    '064.1.2.3',
    '52.1.2.03',
    '52.1.2.256',
    '52.1.2.3.',
    '52.1.2.3/32',
    '52.1.2.3:80',
    '５2.1.2.3',
    '[2a05:d018::1]',
    'fe80::1%eth0',
    '2a05:d018::1%1',
    '::ffff:052.1.2.3',
    '::ffff:52.1.515',
    '2a05:d018:::1',
    '2a05:d018::1::2',
    '12345::1',
    'example.com',
    'localhost',
  ])('%j is refused', (text) => {
    expect(canonicalAddress(text)).toBeNull();
  });

  test('is a fixed point, and every spelling of one address meets in one', () => {
    const parts = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.boolean(), (groups, upper) => {
        const full = groups.map((group) => group.toString(16).padStart(4, '0')).join(':');
        const short = groups.map((group) => group.toString(16)).join(':');
        const canonical = canonicalAddress(short);
        expect(canonical).not.toBeNull();
        expect(canonicalAddress(upper ? full.toUpperCase() : full)).toBe(canonical);
        expect(canonicalAddress(canonical ?? '')).toBe(canonical);
      }),
    );
  });
});

describe('CIDR', () => {
  test('host bits are cleared and spellings unified', () => {
    expect(canonicalCidr('100.68.0.18/18')).toBe('100.68.0.0/18');
    expect(canonicalCidr('2A05:D018::5/32')).toBe('2a05:d018::/32');
    expect(canonicalCidr('1.2.3.4/0')).toBe('0.0.0.0/0');
    expect(canonicalCidr('::/0')).toBe('::/0');
  });

  test.each([
    '52.0.0.0',
    '52.0.0.0/33',
    '52.0.0.0/08',
    '52.0.0.0/',
    '52.0.0.0/8/8',
    '::ffff:1.2.3.4/96',
    '/8',
    '::/129',
  ])('%s is refused', (text) => {
    expect(canonicalCidr(text)).toBeNull();
  });

  test('contains agrees with arithmetic on IPv4', () => {
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    const dotted = (value: number): string => [24, 16, 8, 0].map((bits) => (value >>> bits) & 255).join('.');
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 32 }), (network, address, prefix) => {
        const shift = 2 ** (32 - prefix);
        const expected = Math.floor(network / shift) === Math.floor(address / shift);
        expect(contains(`${dotted(network)}/${prefix}`, dotted(address))).toBe(expected);
      }),
    );
  });

  test('contains does not mix families and knows smaller blocks', () => {
    expect(contains('0.0.0.0/0', '2a05::1')).toBe(false);
    expect(contains('::/0', '52.1.2.3')).toBe(false);
    expect(contains('10.0.0.0/8', '10.1.0.0/16')).toBe(true);
    expect(contains('10.1.0.0/16', '10.0.0.0/8')).toBe(false);
  });

  test.each([
    ['0.0.0.0/0', true],
    ['::/0', true],
    ['0.0.0.0/1', true],
    ['52.0.0.0/8', true],
    ['2a05:d018::/32', true],
    ['10.0.0.0/8', false],
    ['10.20.0.0/16', false],
    ['192.168.1.1/32', false],
    ['100.64.0.0/10', false],
    ['fd00::/8', false],
    ['fe80::/10', false],
    ['8.0.0.0/6', true],
  ])('%s holds public addresses: %s', (cidr, expected) => {
    expect(isPublicCidr(cidr)).toBe(expected);
  });
});

test('specialUse leaves what AWS gives to instances alone', () => {
  for (const address of [
    '3.5.140.1',
    '13.248.118.1',
    '52.95.110.1',
    '54.239.0.1',
    '2a05:d018::1',
    '2600:1f18::1',
    '2406:da1c::1',
  ]) {
    expect([address, specialUse(address)]).toEqual([address, null]);
  }
});
