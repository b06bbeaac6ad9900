// The library's dependency injection needs this polyfill to be there before it.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate with its private key, both PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface LeafRequest {
  /** Common name of the subject. */
  readonly name: string;
  /** IPv4 address in subjectAltName. */
  readonly address: string;
  /** Days from now, negative for the past. */
  readonly notBeforeDays: number;
  readonly notAfterDays: number;
  readonly key: 'P-256' | 'RSA-1024';
}

/** Valid for 46 days of which 40 are left: within every limit on validity, and not to be renewed yet. */
export const freshValidity = { notBeforeDays: -6, notAfterDays: 40 } as const;

export interface CertificateAuthority {
  /** The authority's own certificate, PEM. */
  readonly cert: string;
  issue(request: LeafRequest): Promise<Identity>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const WEAK_RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 1024,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const;

/** Makes an authority that exists only in memory, for as long as the sandbox runs. */
export async function createAuthority(): Promise<CertificateAuthority> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const subject = 'CN=Picket sandbox CA, O=Picket sandbox';
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: subject,
    keys,
    notBefore: daysFromNow(-365),
    notAfter: daysFromNow(365),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    cert: certificate.toString('pem'),
    async issue(request) {
      const leaf = await generateLeafKeys(request);
      const issued = await X509CertificateGenerator.create({
        subject: `CN=${request.name}`,
        issuer: subject,
        notBefore: daysFromNow(request.notBeforeDays),
        notAfter: daysFromNow(request.notAfterDays),
        publicKey: leaf.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: SIGNATURE,
        extensions: [
          ...leafExtensions(request),
          await AuthorityKeyIdentifierExtension.create(keys.publicKey),
          await SubjectKeyIdentifierExtension.create(leaf.publicKey),
        ],
      });
      return { cert: issued.toString('pem'), key: privateKeyPem(leaf) };
    },
  };
}

/** Makes a certificate that vouches for itself, always with a P-256 key. */
export async function selfSigned(request: Omit<LeafRequest, 'key'>): Promise<Identity> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${request.name}`,
    keys,
    notBefore: daysFromNow(request.notBeforeDays),
    notAfter: daysFromNow(request.notAfterDays),
    signingAlgorithm: SIGNATURE,
    extensions: leafExtensions(request),
  });
  return { cert: certificate.toString('pem'), key: privateKeyPem(keys) };
}

function leafExtensions(request: Omit<LeafRequest, 'key'>) {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([{ type: 'ip', value: request.address }]),
  ];
}

async function generateLeafKeys(request: LeafRequest): Promise<webcrypto.CryptoKeyPair> {
  return request.key === 'P-256'
    ? await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
    : await webcrypto.subtle.generateKey(WEAK_RSA, true, ['sign', 'verify']);
}

function privateKeyPem(keys: webcrypto.CryptoKeyPair): string {
  return KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}
