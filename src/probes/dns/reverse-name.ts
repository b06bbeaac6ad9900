import ipaddr from 'ipaddr.js';

/** The name of an address in the DNS: `7.100.51.198.in-addr.arpa`, or nibble by nibble in `ip6.arpa` (RFC 3596). */
export function reverseName(address: string): string {
  const bytes = ipaddr.parse(address).toByteArray();
  const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 0x0f].map((nibble) => nibble.toString(16)));
  return bytes.length === 4
    ? `${bytes.toReversed().join('.')}.in-addr.arpa`
    : `${nibbles.toReversed().join('.')}.ip6.arpa`;
}
