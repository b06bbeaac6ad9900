import { x509 } from './x509.ts';
import type { Anchors } from './anchors.ts';
import { parseCertificate, type ParsedCertificate } from './parse.ts';
import type { Signatures } from './signatures.ts';

/** How far the certificates lead that a server has sent, and who trusts the end of it. */
export interface CertificatePath {
  /** From the server's own upwards, the one at which trust begins included. */
  readonly certificates: readonly ParsedCertificate[];
  /**
   * `platform` and `operator`: at one that is trusted. `self-signed`: at one that vouches for itself and that nobody
   * trusts. `issuer-missing`: at one whose issuer is neither among those sent nor among the trusted.
   */
  readonly end: 'platform' | 'operator' | 'self-signed' | 'issuer-missing';
}

const MAX_DEPTH = 8;
/** A hostile set of certificates that all issue one another has more paths than anybody can walk. */
const MAX_STEPS = 500;

/**
 * Walks from a server's own certificate to its issuers (RFC 5280, section 6) among the others that it sent, in
 * whatever order, and the anchors. Of several paths the one that is trusted, then the one that stays valid longest,
 * then the shortest is taken. Dates do not keep a certificate off the path, since they are judged by themselves. Name
 * constraints, policies and revocation are not looked at.
 */
export function findPath(
  leaf: ParsedCertificate,
  others: readonly ParsedCertificate[],
  anchors: Anchors,
  signatures: Signatures,
): CertificatePath {
  let steps = 0;
  let best: CertificatePath = { certificates: [leaf], end: 'issuer-missing' };
  const reach = (certificates: CertificatePath['certificates'], end: CertificatePath['end']): void => {
    const path = { certificates, end };
    if (isBetter(path, best)) best = path;
  };

  const walk = (last: ParsedCertificate, path: readonly ParsedCertificate[]): void => {
    steps += 1;
    const trusted = anchors.trusts(last.native);
    if (trusted !== null) return reach(path, trusted);
    if (signatures.isSelfSigned(last.native)) return reach(path, 'self-signed');
    reach(path, 'issuer-missing');
    if (path.length === MAX_DEPTH) return;
    for (const issuer of candidates(last, others, anchors)) {
      if (steps >= MAX_STEPS) return;
      if (path.some((passed) => isSame(passed, issuer)) || !mayIssue(issuer, path, anchors)) continue;
      if (signatures.isIssuedBy(last.native, issuer.native)) walk(issuer, [...path, issuer]);
    }
  };
  walk(leaf, [leaf]);
  return best;
}

function* candidates(
  { native }: ParsedCertificate,
  others: readonly ParsedCertificate[],
  anchors: Anchors,
): Generator<ParsedCertificate> {
  for (const anchor of anchors.issuersOf(native)) yield parseCertificate(anchor.raw);
  yield* others;
}

function isSame(left: ParsedCertificate, right: ParsedCertificate): boolean {
  return left.native.raw.equals(right.native.raw);
}

/** Whether basic constraints let it issue the end of this path (RFC 5280, section 4.2.1.9). Anchors just may. */
function mayIssue(
  { native, details }: ParsedCertificate,
  path: readonly ParsedCertificate[],
  anchors: Anchors,
): boolean {
  if (anchors.trusts(native) !== null) return true;
  const limit = details.getExtension(x509.BasicConstraintsExtension)?.pathLength;
  const between = path.slice(1).filter((one) => one.native.subject !== one.native.issuer).length;
  return native.ca && (limit === undefined || between <= limit);
}

const PREFERENCE: readonly CertificatePath['end'][] = [
  'issuer-missing',
  'self-signed',
  'operator',
  'platform',
];

function isBetter(path: CertificatePath, than: CertificatePath): boolean {
  const byEnd = PREFERENCE.indexOf(path.end) - PREFERENCE.indexOf(than.end);
  if (byEnd !== 0) return byEnd > 0;
  // A dead end says the more, the further up it is.
  if (path.end === 'issuer-missing') return path.certificates.length > than.certificates.length;
  const byValidity = firstEnd(path) - firstEnd(than);
  return byValidity === 0 ? path.certificates.length < than.certificates.length : byValidity > 0;
}

/** When the first of its certificates ends, in milliseconds since the epoch. */
function firstEnd({ certificates }: CertificatePath): number {
  return Math.min(...certificates.map(({ details }) => details.notAfter.getTime()));
}
