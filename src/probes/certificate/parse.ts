import { X509Certificate } from 'node:crypto';
import { x509 } from './x509.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { printable } from '../../scanner/printable.ts';

/** One certificate in both readings: OpenSSL's verifies signatures, the other one knows extensions and algorithms. */
export interface ParsedCertificate {
  readonly native: X509Certificate;
  readonly details: x509.X509Certificate;
}

/** @throws ConversationError `garbled` when it is not a certificate that both readers understand */
export function parseCertificate(der: Buffer): ParsedCertificate {
  return understood(() => ({ native: new X509Certificate(der), details: new x509.X509Certificate(der) }));
}

/** Certificates are the peer's: whatever the readers throw over one is the peer's doing. */
export function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConversationError) throw error;
    const reason = error instanceof Error ? printable(error.message, 160) : 'unknown reason';
    throw new ConversationError('garbled', `A certificate cannot be read: ${reason}.`, { cause: error });
  }
}
