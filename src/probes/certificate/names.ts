import type { X509Certificate } from 'node:crypto';

/** What a client would hold the certificate against. */
export interface Sought {
  /** The name under which the endpoint was asked; null for the address alone. */
  readonly name: string | null;
  readonly address: string;
}

/**
 * Whether the certificate is valid for what was asked for (RFC 9525, and RFC 2818 for the common name where there are
 * no DNS names at all: that it has none is told apart from whether its name is wrong). Clients of an address come
 * under names that we do not know, so there only a certificate without any name can be wrong.
 */
export function coversName(
  certificate: X509Certificate,
  { dnsNames, ipAddresses }: { dnsNames: readonly string[]; ipAddresses: readonly string[] },
  { name, address }: Sought,
): boolean | null {
  if (name !== null) return certificate.checkHost(name, { partialWildcards: false }) !== undefined;
  if (dnsNames.length > 0 || ipAddresses.length === 0) return null;
  return certificate.checkIP(address) !== undefined;
}
