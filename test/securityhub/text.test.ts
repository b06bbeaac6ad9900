import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeFact, safeText } from '../../src/securityhub/secrets.ts';
import { cleanText, clip, hasUnwanted } from '../../src/securityhub/text.ts';

describe('cleanText', () => {
  it('takes out controls, reordering marks and halves of pairs, and keeps the rest on one line', () => {
    expect(cleanText('a\u0000b\u001b[31mc\r\n\td\u202ee\u200bf\ud800g 漢😀')).toBe(
      'a b [31mc d e f\ufffdg 漢😀',
    );
  });

  it('leaves nothing unwanted in any text', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(units, (text) => {
        expect(hasUnwanted(cleanText(text))).toBe(false);
      }),
    );
  });
});

describe('clip', () => {
  it('keeps short text and marks what was cut', () => {
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('abcd', 3)).toBe('ab…');
  });

  it('never cuts a code point in two and never goes over the limit', () => {
    expect(clip('a😀😀', 3)).toBe('a…');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, longest) => {
        const cut = clip(text, longest);
        expect(cut.length).toBeLessThanOrEqual(longest);
        expect(Buffer.from(cut).toString()).toBe(cut);
      }),
    );
  });
});

describe('safeText', () => {
  it.each([
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', '[masked]'],
    ['ASIAIOSFODNN7EXAMPLE', '[masked]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', '[masked]'],
    ['ghp_0123456789abcdefghij', '[masked]'],
    ['Proxy-Authorization: Basic dXNlcjpwYXNz', 'Proxy-Authorization: Basic [masked]'],
    ['https://user:pass@example.com/', 'https://user:[masked]@example.com/'],
    ['DB_PASSWORD="hunter2" x', 'DB_PASSWORD=[masked] x'],
    ['aws_secret_access_key = wJalrXUtnFEMI', 'aws_secret_access_key = [masked]'],
  ])('masks %j', (text, masked) => {
    expect(safeText(text)).toBe(masked);
  });

  it.each([
    'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'CN=example.com, O=Example Ltd',
    'Basic authentication is offered',
    'Basic realm="Restricted"',
    'Digest username="x", realm="y"',
    'http://example.com:8080/path',
  ])('leaves %j as it is', (text) => {
    expect(safeText(text)).toBe(text);
  });

  it('is quick on hostile text', () => {
    const texts = ['password'.repeat(2000), '-'.repeat(20_000), 'eyJ'.repeat(9000), '://:'.repeat(9000)];
    const start = performance.now();
    for (const text of texts) safeText(text);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('safeFact', () => {
  it('bounds depth and width', () => {
    let deep: Parameters<typeof safeFact>[1] = 'x';
    for (let level = 0; level < 50; level += 1) deep = [deep];
    expect(JSON.stringify(safeFact('deep', deep)).length).toBeLessThan(30);
    expect(
      safeFact(
        'wide',
        Array.from({ length: 1000 }, () => 1),
      ),
    ).toHaveLength(100);
  });
});
