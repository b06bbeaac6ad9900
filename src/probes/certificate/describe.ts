import { x509 } from './x509.ts';
import { printable } from '../../scanner/printable.ts';
import type { Certificate, LeafCertificate } from './facts.ts';
import { keyOf } from './key.ts';
import { coversName, type Sought } from './names.ts';
import { understood, type ParsedCertificate } from './parse.ts';
import { signatureOf } from './signature.ts';
import type { Signatures } from './signatures.ts';

const SIGNED_CERTIFICATE_TIMESTAMPS = '1.3.6.1.4.1.11129.2.4.2';
const DAY_MS = 86_400_000;

/** What is told of any certificate of the chain. @throws ConversationError `garbled` */
export function describeCertificate(certificate: ParsedCertificate, signatures: Signatures): Certificate {
  const { native, details } = certificate;
  return understood(() => {
    const key = keyOf(certificate);
    return {
      subject: printable(details.subject, 512),
      issuer: printable(details.issuer, 512),
      notBefore: instant(details.notBefore),
      notAfter: instant(details.notAfter),
      selfSigned: signatures.isSelfSigned(native),
      isCa: native.ca,
      keyType: key.type,
      keyBits: key.bits,
      ...signatureOf(details.signatureAlgorithm),
    };
  });
}

/** What is told of the server's own certificate. @throws ConversationError `garbled` */
export function describeLeaf(
  certificate: ParsedCertificate,
  sought: Sought,
  signatures: Signatures,
): LeafCertificate {
  const { native, details } = certificate;
  return understood(() => {
    const names = alternativeNames(details);
    const dnsNames = names.filter(({ type }) => type === 'dns').map(({ value }) => value);
    const ipAddresses = names.filter(({ type }) => type === 'ip').map(({ value }) => value);
    const key = keyOf(certificate);
    return {
      ...describeCertificate(certificate, signatures),
      commonName: firstOrNull(details.subjectName.getField('CN')),
      serial: native.serialNumber.toLowerCase().slice(0, 64),
      fingerprint: native.fingerprint256.replaceAll(':', '').toLowerCase(),
      publicKeySha256: key.sha256,
      curve: key.curve,
      validityDays: Math.floor((details.notAfter.getTime() - details.notBefore.getTime()) / DAY_MS),
      dnsNames: dnsNames.map((value) => printable(value, 256)),
      ipAddresses: ipAddresses.map((value) => printable(value, 64)),
      coversName: coversName(native, { dnsNames, ipAddresses }, sought),
      extendedKeyUsage: extendedKeyUsage(details),
      hasScts: hasScts(certificate),
    };
  });
}

/** Whether it carries receipts of certificate transparency logs (RFC 6962, section 3.3). */
export function hasScts({ details }: ParsedCertificate): boolean {
  return details.getExtension(SIGNED_CERTIFICATE_TIMESTAMPS) !== null;
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
export function instant(time: Date): string {
  const text = time.toISOString();
  if (text.length !== '2000-01-01T00:00:00.000Z'.length) {
    throw new RangeError(`the time ${text} is in no year of four digits`);
  }
  return text;
}
