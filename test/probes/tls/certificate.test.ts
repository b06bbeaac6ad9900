import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeCertificate, describeLeaf, parseCertificate } from '../../../src/probes/tls/certificate.ts';
import { leafCertificate } from '../../../src/probes/tls/facts.ts';
import { signatureOf } from '../../../src/probes/tls/signature.ts';
import { ConversationError } from '../../../src/scanner/probe.ts';
import { issue } from '../certificates.ts';

let der: Buffer;
beforeAll(async () => {
  const { certificate } = await issue({
    subject: 'CN=x, O=Test',
    names: [
      { type: 'dns', value: 'a.example' },
      { type: 'ip', value: '127.0.0.1' },
    ],
  });
  der = Buffer.from(certificate.rawData);
});

describe('a certificate with changed bytes', () => {
  it('is described within the schema or refused as garbled', () => {
    const changes = fc.array(fc.tuple(fc.nat(10_000), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(changes, (list) => {
        const bytes = Buffer.from(der);
        list.forEach(([at, byte]) => bytes.writeUInt8(byte, at % bytes.length));
        expect(problemsOf(bytes)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused at every length but its own', () => {
    for (let length = 0; length < der.length; length += 1) {
      expect(() => parseCertificate(der.subarray(0, length))).toThrow(ConversationError);
    }
  });
});

/** What the schema has against the description; empty also when the certificate was refused as it should be. */
function problemsOf(bytes: Buffer): unknown[] {
  try {
    return leafCertificate.safeParse(describeLeaf(parseCertificate(bytes), '127.0.0.1')).error?.issues ?? [];
  } catch (error) {
    if (error instanceof ConversationError && error.status === 'garbled') return [];
    throw error;
  }
}

describe('names', () => {
  it('are escaped and cut', async () => {
    const { certificate } = await issue({ subject: `CN=${'x'.repeat(700)}, O=\u001b[2J` });
    const facts = describeLeaf(parseCertificate(Buffer.from(certificate.rawData)), '127.0.0.1');
    expect(facts.subject.length).toBeLessThanOrEqual(512);
    expect(JSON.stringify(facts)).not.toContain('\\u001b');
    expect(describeCertificate(parseCertificate(der)).subject).toBe('CN=x, O=Test');
  });
});

describe('signatureOf', () => {
  it.each([
    [{ name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-1' } }, 'RSA-SHA1', 'SHA-1'],
    [{ name: 'RSA-PSS', hash: { name: 'SHA-384' }, saltLength: 48 }, 'RSA-PSS-SHA384', 'SHA-384'],
    [{ name: 'ECDSA', hash: { name: 'SHA-512' } }, 'ECDSA-SHA512', 'SHA-512'],
    [{ name: 'Ed25519' }, 'Ed25519', ''],
    [{ name: '1.2.840.113549.1.1.4', parameters: null }, 'RSA-MD5', 'MD5'],
    [{ name: '1.2.3.4' }, '1.2.3.4', ''],
  ])('%j', (algorithm, signatureAlgorithm, signatureHash) => {
    expect(signatureOf(algorithm)).toEqual({ signatureAlgorithm, signatureHash });
  });
});
