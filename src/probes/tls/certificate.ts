// @peculiar/x509 resolves its parsers through decorators and throws without this.
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { ConversationError } from '../../scanner/probe.ts';
import { printable } from '../../scanner/printable.ts';
import type { ChainCertificate, LeafCertificate } from './facts.ts';
import { keyOf } from './key.ts';
import { signatureOf } from './signature.ts';

/** One certificate in both readings: OpenSSL's verifies signatures, the other one knows extensions and algorithms. */
export interface ParsedCertificate {
  readonly native: X509Certificate;
  readonly details: x509.X509Certificate;
}

const SIGNED_CERTIFICATE_TIMESTAMPS = '1.3.6.1.4.1.11129.2.4.2';
const DAY_MS = 86_400_000;

/** @throws ConversationError `garbled` when it is not a certificate that both readers understand */
export function parseCertificate(der: Buffer): ParsedCertificate {
  return understood(() => ({ native: new X509Certificate(der), details: new x509.X509Certificate(der) }));
}

/** What is told of any certificate of the chain. @throws ConversationError `garbled` */
export function describeCertificate(certificate: ParsedCertificate): ChainCertificate {
  const { native, details } = certificate;
  return understood(() => {
    const key = keyOf(certificate);
    return {
      subject: printable(details.subject, 512),
      issuer: printable(details.issuer, 512),
      notBefore: instant(details.notBefore),
      notAfter: instant(details.notAfter),
      selfSigned: isSelfSigned(native),
      isCa: native.ca,
      keyType: key.type,
      keyBits: key.bits,
      ...signatureOf(details.signatureAlgorithm),
    };
  });
}

/** What is told of the server's own certificate. `address` is the endpoint's. @throws ConversationError `garbled` */
export function describeLeaf(certificate: ParsedCertificate, address: string): LeafCertificate {
  const { native, details } = certificate;
  return understood(() => {
    const names = alternativeNames(details);
    return {
      ...describeCertificate(certificate),
      commonName: firstOrNull(details.subjectName.getField('CN')),
      serial: native.serialNumber.toLowerCase().slice(0, 64),
      fingerprint: native.fingerprint256.replaceAll(':', '').toLowerCase(),
      publicKeySha256: keyOf(certificate).sha256,
      curve: keyOf(certificate).curve,
      validityDays: Math.floor((details.notAfter.getTime() - details.notBefore.getTime()) / DAY_MS),
      dnsNames: names.filter(({ type }) => type === 'dns').map(({ value }) => printable(value, 256)),
      ipAddresses: names.filter(({ type }) => type === 'ip').map(({ value }) => printable(value, 64)),
      matchesAddress: native.checkIP(address) !== undefined,
      extendedKeyUsage: extendedKeyUsage(details),
      hasScts: details.getExtension(SIGNED_CERTIFICATE_TIMESTAMPS) !== null,
    };
  });
}

/**
 * Whether it names itself as issuer and its own key signed it. Not {@link isIssuedBy}: that also asks whether the
 * issuer may sign certificates, which a server's self-signed one usually may not.
 */
export function isSelfSigned(certificate: X509Certificate): boolean {
  try {
    return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
  } catch {
    // A key that OpenSSL cannot use proves nothing.
    return false;
  }
}

/** Whether names and key identifiers say so and the signature proves it. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key that OpenSSL cannot use proves nothing.
    return false;
  }
}

function alternativeNames(details: x509.X509Certificate) {
  const extension = details.getExtension(x509.SubjectAlternativeNameExtension);
  return (extension?.names.items ?? []).slice(0, 256);
}

const USAGES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  '2.5.29.37.0': 'anyExtendedKeyUsage',
};

function extendedKeyUsage(details: x509.X509Certificate): string[] {
  const usages = details.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? [];
  return usages.slice(0, 32).map((usage) => USAGES[String(usage)] ?? printable(String(usage), 64));
}

function firstOrNull(values: readonly string[]): string | null {
  return values[0] === undefined ? null : printable(values[0], 256);
}

/** @throws RangeError for times that ISO 8601 writes only in its expanded form, or not at all */
function instant(time: Date): string {
  const text = time.toISOString();
  if (text.length !== '2000-01-01T00:00:00.000Z'.length) {
    throw new RangeError(`the time ${text} is in no year of four digits`);
  }
  return text;
}

/** Certificates are the peer's: whatever the readers throw over one is the peer's doing. */
function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConversationError) {
      throw error;
    }
    const reason = error instanceof Error ? printable(error.message, 160) : 'unknown reason';
    throw new ConversationError('garbled', `A certificate cannot be read: ${reason}.`, { cause: error });
  }
}
