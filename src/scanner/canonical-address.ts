import ipaddr from 'ipaddr.js';

/**
 * The one spelling of an IP address, or null when the text is none: names, zones, prefixes and IPv4-mapped IPv6
 * addresses (an IPv4 host in disguise) are not.
 */
export function canonicalAddress(text: string): string | null {
  if (text.includes('%') || !ipaddr.isValid(text)) return null;
  const parsed = ipaddr.parse(text);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  return parsed.isIPv4MappedAddress() ? null : parsed.toRFC5952String();
}
