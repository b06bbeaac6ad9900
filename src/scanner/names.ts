import type { Observation } from '../domain/observation.ts';

/** A full name of the DNS in letters, digits and hyphens (RFC 1123), with at least one dot; no wildcard, no address. */
const hostName = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** The probe whose facts hold the names that a server's certificate claims. */
const certificateProbe = 'certificate';

/**
 * Whether the text can be sent as SNI and `Host`. It never says where a packet goes: names are for asking at the
 * endpoint's own address.
 */
export function isHostName(text: string): boolean {
  return hostName.test(text);
}

/** Names that the certificate claims for its server, fit to be asked for; none from any other observation. */
export function namesIn({ probe, status, facts }: Observation): string[] {
  if (probe !== certificateProbe || status !== 'answered') return [];
  const leaf = facts?.['certificate'];
  const listed =
    typeof leaf === 'object' && leaf !== null && !Array.isArray(leaf) ? leaf['dnsNames'] : undefined;
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((name) => {
    const lower = typeof name === 'string' ? name.toLowerCase() : '';
    return isHostName(lower) ? [lower] : [];
  });
}
