import { describe, expect, it } from 'vitest';
import { isOf, type Family } from '../../../src/probes/tls/families.ts';
import { groupOf, groups, groupsBeforeTls13, groupsOfTls13 } from '../../../src/probes/tls/groups.ts';
import { SuiteEnumeration } from '../../../src/probes/tls/suite-enumeration.ts';
import {
  cipherOf,
  isDhe,
  isEcdhe,
  keyExchangeOf,
  suiteName,
  suitesOf,
} from '../../../src/probes/tls/suites.ts';
import { createKeyShares } from '../../../src/probes/tls/key-shares.ts';
import { versions } from '../../../src/probes/tls/versions.ts';

const shared = { serverName: null, keyShares: createKeyShares(), likely: new Set<number>() };

describe('the table of suites', () => {
  it('has every name once, and one that is short enough for a fact', () => {
    const codes = [...suitesOf('TLSv1.2'), ...suitesOf('TLSv1.3')];
    const names = codes.map(suiteName);
    expect(codes.length).toBeGreaterThan(370);
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^(?:TLS|SSL)_\w{5,60}$/.test(name))).toEqual([]);
  });

  it('has no value that is a signal or reserved', () => {
    const codes = new Set([...suitesOf('SSLv3'), ...suitesOf('TLSv1.3')]);
    for (const code of [0x00ff, 0x5600, 0x0a0a, 0x1a1a]) expect(codes.has(code)).toBe(false);
  });

  it('keeps suites of TLS 1.3 apart', () => {
    const modern = suitesOf('TLSv1.3').map(suiteName);
    expect(modern).toContain('TLS_AES_128_GCM_SHA256');
    expect(modern).toContain('TLS_SHA256_SHA256');
    expect(modern).toContain('TLS_GOSTR341112_256_WITH_MAGMA_MGM_S');
    expect(modern).toHaveLength(15);
    expect(suitesOf('TLSv1.2').map(suiteName)).not.toContain('TLS_AES_128_GCM_SHA256');
    expect(suitesOf('TLSv1')).toEqual(suitesOf('TLSv1.2'));
  });

  it.each([
    [0xc02f, 'ECDHE_RSA', 'AES_GCM', false, true],
    [0x0033, 'DHE_RSA', 'AES_CBC', true, false],
    [0x001a, 'DH_anon', 'DES_CBC', true, false],
    [0xc018, 'ECDH_anon', 'AES_CBC', false, true],
    [0xc004, 'ECDH_ECDSA', 'AES_CBC', false, false],
    [0x0030, 'DH_DSS', 'AES_CBC', false, false],
    [0xc0aa, 'PSK_DHE', 'AES_CCM', true, false],
    [0x0005, 'RSA', 'RC4', false, false],
    [0x1301, '', '', false, false],
  ])('tells of %i the parts of its name', (code, keyExchange, cipher, dhe, ecdhe) => {
    expect(keyExchangeOf(code)).toBe(keyExchange);
    expect(cipherOf(code)).toBe(cipher);
    expect(isDhe(code)).toBe(dhe);
    expect(isEcdhe(code)).toBe(ecdhe);
  });

  it.each(versions)('is offered whole in %s, in lots that are not too long', (version) => {
    const lots = new SuiteEnumeration(version, 'full', shared).lots();
    expect(lots.flat().toSorted((left, right) => left - right)).toEqual(suitesOf(version));
    expect(Math.max(...lots.map(({ length }) => length))).toBeLessThanOrEqual(120);
  });
});

describe('families of suites', () => {
  it.each<[Family, readonly string[], readonly string[]]>([
    [
      'unencrypted',
      ['TLS_RSA_WITH_NULL_MD5', 'TLS_NULL_WITH_NULL_NULL', 'TLS_SHA256_SHA256'],
      ['TLS_RSA_WITH_RC4_128_MD5', 'TLS_AES_256_GCM_SHA384'],
    ],
    [
      'anonymous',
      ['TLS_DH_anon_WITH_RC4_128_MD5', 'TLS_ECDH_anon_WITH_NULL_SHA', 'TLS_NULL_WITH_NULL_NULL'],
      ['TLS_ECDH_RSA_WITH_NULL_SHA', 'TLS_PSK_WITH_AES_128_CBC_SHA'],
    ],
    [
      'exportGrade',
      [
        'TLS_RSA_EXPORT_WITH_RC4_40_MD5',
        'TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA',
        'SSL_CK_RC4_128_EXPORT40_WITH_MD5',
      ],
      ['TLS_RSA_WITH_DES_CBC_SHA'],
    ],
    ['rc4', ['TLS_RSA_WITH_RC4_128_SHA', 'SSL_CK_RC4_64_WITH_MD5'], ['TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5']],
    [
      'block64',
      [
        'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
        'TLS_RSA_EXPORT_WITH_DES40_CBC_SHA',
        'TLS_RSA_WITH_IDEA_CBC_SHA',
        'TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5',
        'SSL_CK_DES_192_EDE3_CBC_WITH_MD5',
        'TLS_GOSTR341112_256_WITH_28147_CNT_IMIT',
        'SSL_FORTEZZA_KEA_WITH_FORTEZZA_CBC_SHA',
      ],
      ['TLS_RSA_WITH_AES_128_CBC_SHA', 'SSL_FORTEZZA_KEA_WITH_NULL_SHA', 'TLS_RSA_WITH_SEED_CBC_SHA'],
    ],
    [
      'aead',
      [
        'TLS_RSA_WITH_AES_128_GCM_SHA256',
        'TLS_RSA_WITH_AES_128_CCM',
        'TLS_RSA_WITH_AES_256_CCM_8',
        'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
      ],
      ['TLS_RSA_WITH_AES_128_CBC_SHA256', 'TLS_SHA384_SHA384'],
    ],
    [
      'forwardSecret',
      [
        'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
        'TLS_DHE_DSS_WITH_AES_128_CBC_SHA',
        'TLS_PSK_DHE_WITH_AES_128_CCM_8',
      ],
      [
        'TLS_ECDH_RSA_WITH_AES_128_CBC_SHA',
        'TLS_DH_anon_WITH_AES_128_CBC_SHA',
        'TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA',
      ],
    ],
  ])('%s are told by name', (family, members, others) => {
    expect(members.filter((name) => !isOf(family, name))).toEqual([]);
    expect(others.filter((name) => isOf(family, name))).toEqual([]);
  });
});

describe('the table of groups', () => {
  it('has each once, and knows all that are offered', () => {
    expect(new Set(groups.map(({ code }) => code)).size).toBe(groups.length);
    expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
    const offered = [...groupsOfTls13, ...groupsBeforeTls13].flat();
    expect(offered.filter((code) => groupOf(code) === undefined)).toEqual([]);
    expect(groupOf(0x11ec)).toEqual({
      code: 0x11ec,
      name: 'X25519MLKEM768',
      bits: 255,
      kind: 'post-quantum',
    });
  });

  it('offers no finite field before TLS 1.3, which would hide the prime of the server’s own', () => {
    expect(groupsBeforeTls13.flat().filter((code) => groupOf(code)?.kind === 'finite-field')).toEqual([]);
  });
});
