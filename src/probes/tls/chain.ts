import { isIssuedBy, isSelfSigned, type ParsedCertificate } from './certificate.ts';

/** OpenSSL's objections that mean that some issuer was nowhere to be found. */
const ISSUER_MISSING = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Whether each certificate is issued by the one after it. */
export function isOrdered(chain: readonly ParsedCertificate[]): boolean {
  return chain.every((certificate, index) => {
    const next = chain[index + 1];
    return next === undefined || isIssuedBy(certificate.native, next.native);
  });
}

/**
 * Whether the chain ends in a self-signed certificate or at a root of the platform. OpenSSL names one objection
 * only; where that is another one, such as an expiry, a missing issuer was not shown and the chain counts as complete.
 */
export function isComplete(chain: readonly ParsedCertificate[], trustError: string | null): boolean {
  return trustError === null || !ISSUER_MISSING.has(trustError) || endsSelfSigned(chain);
}

/** Walks from the first certificate to its issuers, in whatever order they were sent. */
function endsSelfSigned(chain: readonly ParsedCertificate[]): boolean {
  const unused = new Set(chain);
  let current = chain[0];
  while (current !== undefined) {
    unused.delete(current);
    const { native } = current;
    if (isSelfSigned(native)) {
      return true;
    }
    current = [...unused].find((candidate) => isIssuedBy(native, candidate.native));
  }
  return false;
}
