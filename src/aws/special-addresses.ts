import ipaddr from 'ipaddr.js';
import { type Block, blockContains, parseBlock, parseRange } from './address.ts';

/**
 * Blocks that are not the public internet, the narrower before the wider where they overlap. Source: IANA's special-purpose
 * address registries, and AWS's documentation for the addresses of its instance services.
 */
const specialBlocks: readonly (readonly [cidr: string, what: string])[] = [
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared by carriers (CGNAT)'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.169.254/32', 'the instance metadata service'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.2.0/24', 'for documentation'],
  ['192.0.0.0/24', 'reserved'],
  ['192.31.196.0/24', 'of the AS112 project'],
  ['192.52.193.0/24', 'for multicast tunnels (AMT)'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'of the AS112 project'],
  ['198.18.0.0/15', 'for benchmarks'],
  ['198.51.100.0/24', 'for documentation'],
  ['203.0.113.0/24', 'for documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'a deprecated spelling of IPv4'],
  ['64:ff9b::/96', 'translated to IPv4 (NAT64)'],
  ['64:ff9b:1::/48', 'translated to IPv4 (NAT64)'],
  ['100::/64', 'discarded'],
  ['2001:db8::/32', 'for documentation'],
  ['2001::/32', 'tunnelled to IPv4 (Teredo)'],
  ['2001::/23', 'reserved'],
  ['2002::/16', 'tunnelled to IPv4 (6to4)'],
  ['2620:4f:8000::/48', 'of the AS112 project'],
  ['3fff::/20', 'for documentation'],
  ['fd00:ec2::254/128', 'the instance metadata service'],
  ['fd00:ec2::/32', 'of AWS instance services'],
  ['fc00::/7', 'private (unique local)'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private (site-local)'],
  ['ff00::/8', 'multicast'],
];

const globalUnicast = known('2000::/3');
const blocks = specialBlocks.map(([cidr, what]) => ({ block: known(cidr), what }));

/**
 * Why the canonical address is not one of the public internet, as the rest of "the address is …"; null when it is.
 * Knows what is public rather than what is not: IPv6 outside 2000::/3 is never public.
 */
export function specialUse(address: string): string | null {
  const one = parseRange(address);
  if (one === null) return 'not an address';
  const special = blocks.find(({ block }) => blockContains(block, one));
  if (special !== undefined) return special.what;
  if (one.family === 6 && !blockContains(globalUnicast, one)) return 'not global unicast';
  // A second opinion: the library keeps a list of its own, which may know of blocks assigned since.
  const range = ipaddr.parse(address).range();
  return range === 'unicast' ? null : `reserved (${range})`;
}

/** Whether the canonical CIDR holds any address of the public internet; `0.0.0.0/0` does, `10.0.0.0/8` does not. */
export function isPublicCidr(cidr: string): boolean {
  const range = parseBlock(cidr);
  if (range === null || blocks.some(({ block }) => blockContains(block, range))) return false;
  return range.family === 4 || blockContains(globalUnicast, range) || blockContains(range, globalUnicast);
}

function known(cidr: string): Block {
  const block = parseBlock(cidr);
  if (block === null) throw new Error(`${cidr} in the table of special addresses is not a CIDR.`);
  return block;
}
