import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Anchors } from '../../../src/probes/certificate/anchors.ts';
import { chainFacts } from '../../../src/probes/certificate/chain-facts.ts';
import { certificateFacts, type CertificateFacts } from '../../../src/probes/certificate/facts.ts';
import { parseCertificate } from '../../../src/probes/certificate/parse.ts';
import { signatureOf } from '../../../src/probes/certificate/signature.ts';
import { ConversationError } from '../../../src/scanner/probe.ts';
import { issue } from '../certificates.ts';

let leaf: Buffer;
let issuer: Buffer;
let anchors: Anchors;

beforeAll(async () => {
  const root = await issue({ subject: 'CN=Root', ca: true });
  const middle = await issue({ subject: 'CN=Issuer', issuer: root, ca: true, pathLength: 3 });
  const own = await issue({
    subject: 'CN=x, O=Test',
    issuer: middle,
    names: [
      { type: 'dns', value: 'a.example' },
      { type: 'ip', value: '127.0.0.1' },
    ],
  });
  leaf = Buffer.from(own.certificate.rawData);
  issuer = Buffer.from(middle.certificate.rawData);
  anchors = new Anchors([root.cert]);
});

const factsOf = (...chain: Buffer[]): CertificateFacts =>
  chainFacts(chain, anchors, { name: 'a.example', address: '127.0.0.1' });

describe('certificates with changed bytes', () => {
  it('are described within the schema or refused as garbled, and trusted only unchanged', () => {
    expect(factsOf(leaf, issuer)).toMatchObject({ trust: 'operator', chainOrdered: true });
    const changes = fc.array(fc.tuple(fc.nat(10_000), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(changes, fc.nat(1), (list, which) => {
        const chain = [Buffer.from(leaf), Buffer.from(issuer)];
        const bytes = chain[which] ?? leaf;
        list.forEach(([at, mask]) =>
          bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ mask, at % bytes.length),
        );
        const facts = factsOrRefusal(chain);
        expect(certificateFacts.nullable().safeParse(facts).error?.issues ?? []).toEqual([]);
        // Changes may undo one another.
        const changed = !bytes.equals(which === 0 ? leaf : issuer);
        expect(changed && facts?.trust === 'operator').toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('are refused at every length but their own', () => {
    for (let length = 0; length < leaf.length; length += 1) {
      expect(() => parseCertificate(leaf.subarray(0, length))).toThrow(ConversationError);
    }
  });

  it('do not hide the server’s own when they come after it', () => {
    const facts = factsOf(leaf, Buffer.from('none'), issuer);
    expect(facts).toMatchObject({ trust: 'operator', certificate: { commonName: 'x' } });
    expect(facts.chain).toHaveLength(2);
  });
});

/** Null when they were refused as they should be. */
function factsOrRefusal(chain: Buffer[]): CertificateFacts | null {
  try {
    return factsOf(...chain);
  } catch (error) {
    if (error instanceof ConversationError && error.status === 'garbled') return null;
    throw error;
  }
}

describe('names', () => {
  it('are escaped and cut', async () => {
    const { certificate } = await issue({ subject: `CN=${'x'.repeat(700)}, O=\u001b[2J` });
    const facts = factsOf(Buffer.from(certificate.rawData));
    expect(facts.certificate?.subject.length).toBeLessThanOrEqual(512);
    expect(JSON.stringify(facts)).not.toContain('\\u001b');
    expect(factsOf(leaf).certificate?.subject).toBe('CN=x, O=Test');
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
