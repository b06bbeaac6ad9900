import { x509 } from './x509.ts';
import { printable } from '../../scanner/printable.ts';
import type { Anchors } from './anchors.ts';
import { hasScts, instant } from './describe.ts';
import type { CertificateFacts } from './facts.ts';
import { understood, type ParsedCertificate } from './parse.ts';
import type { CertificatePath } from './path.ts';
import type { Signatures } from './signatures.ts';

/** Says in the words of the facts where a path has led. @throws ConversationError `garbled` */
export function describeTrust(
  { certificates, end }: CertificatePath,
  anchors: Anchors,
  signatures: Signatures,
): Pick<CertificateFacts, 'trust' | 'pathEnd' | 'pathNotAfter'> {
  return understood(() => {
    const last = certificates.at(-1);
    const links = certificates.filter(
      (one, index) =>
        index === 0 || (anchors.trusts(one.native) === null && !signatures.isSelfSigned(one.native)),
    );
    const ends = links.map(({ details }) => details.notAfter);
    const first = ends.reduce<Date | null>((soonest, at) => (soonest && soonest <= at ? soonest : at), null);
    const name = end === 'issuer-missing' ? last?.details.issuer : last?.details.subject;
    return {
      trust: trustOf({ certificates, end }, anchors),
      pathEnd: name === undefined ? null : printable(name, 512),
      pathNotAfter: first === null ? null : instant(first),
    };
  });
}

/**
 * A missing issuer may be an intermediate that should have been sent, or a private root that need not be (RFC 8446,
 * section 4.4.2). It is an intermediate for certain where nothing above the server's own certificate was found and
 * either a public authority issued that, which must not do so from its root, or the operator has named the authorities
 * of this endpoint and it is none of them. In all other cases what can be said is that nobody knows the authority.
 */
function trustOf({ certificates, end }: CertificatePath, anchors: Anchors): CertificateFacts['trust'] {
  if (end === 'platform' || end === 'operator') return end;
  const [leaf] = certificates;
  const alone = leaf !== undefined && certificates.length === 1;
  if (end === 'self-signed') return alone ? 'self-signed' : 'unknown-authority';
  return alone && (isPublic(leaf) || anchors.hasOperators) ? 'incomplete' : 'unknown-authority';
}

/** The policies of the CA/Browser Forum for certificates of servers. */
const PUBLIC_POLICY = /^2\.23\.140\.1\.(?:1|2\.[123])$/;

function isPublic(leaf: ParsedCertificate): boolean {
  const policies = leaf.details.getExtension(x509.CertificatePolicyExtension)?.policies ?? [];
  return hasScts(leaf) || policies.slice(0, 32).some((policy) => PUBLIC_POLICY.test(policy));
}
