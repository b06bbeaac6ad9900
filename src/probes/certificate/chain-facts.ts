import type { Anchors } from './anchors.ts';
import { describeCertificate, describeLeaf } from './describe.ts';
import type { CertificateFacts } from './facts.ts';
import type { Sought } from './names.ts';
import { parseCertificate, understood, type ParsedCertificate } from './parse.ts';
import { findPath } from './path.ts';
import { Signatures } from './signatures.ts';
import { describeTrust } from './trust.ts';

/**
 * All that is told of the certificates of a server.
 *
 * @param chain DER, the server's own first; empty when it has none
 * @throws ConversationError `garbled` when its own cannot be read
 */
export function chainFacts(chain: readonly Buffer[], anchors: Anchors, sought: Sought): CertificateFacts {
  const [first, ...rest] = chain;
  if (first === undefined) return NO_CERTIFICATE;
  const leaf = parseCertificate(first);
  const others = rest.flatMap(readable);
  const signatures = new Signatures();
  const path = understood(() => findPath(leaf, others, anchors, signatures));
  const sent = [leaf, ...others];
  return {
    certificate: describeLeaf(leaf, sought, signatures),
    chain: sent.map((one) => ({
      ...describeCertificate(one, signatures),
      onPath: path.certificates.some(({ native }) => native.raw.equals(one.native.raw)),
    })),
    chainOrdered: sent.every((one, index) => {
      const next = sent[index + 1];
      return next === undefined || signatures.isIssuedBy(one.native, next.native);
    }),
    ...describeTrust(path, anchors, signatures),
  };
}

/** What cannot be read can be no part of a path. The server's own must be. */
function readable(der: Buffer): ParsedCertificate[] {
  try {
    return [parseCertificate(der)];
  } catch {
    return [];
  }
}

const NO_CERTIFICATE: CertificateFacts = {
  certificate: null,
  chain: [],
  chainOrdered: true,
  trust: 'no-certificate',
  pathEnd: null,
  pathNotAfter: null,
};
