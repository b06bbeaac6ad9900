import ipaddr from 'ipaddr.js';

/** A block of addresses: the bytes of its network address, host bits cleared, and the length of its prefix. */
export interface Block {
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly bytes: readonly number[];
}

type Parsed = ipaddr.IPv4 | ipaddr.IPv6;

const octet = '(?:0|[1-9][0-9]{0,2})';
const dottedQuad = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

/**
 * The one spelling under which an address is compared and stored, or null when the text is not plainly one address.
 * IPv4 must be four decimal numbers without leading zeros (`010.0.0.1` means two different addresses to two
 * different readers); IPv4-mapped IPv6 becomes IPv4; IPv6 with a zone is refused, because a zone belongs to one
 * machine; IPv6 is written as RFC 5952 has it.
 */
export function canonicalAddress(text: string): string | null {
  const parsed = parse(text);
  return parsed === null ? null : spell(parsed);
}

/** The block's canonical CIDR (host bits cleared), or null when the text is not plainly one. */
export function canonicalCidr(text: string): string | null {
  const block = parseBlock(text);
  return block === null ? null : `${spell(ipaddr.fromByteArray([...block.bytes]))}/${block.prefix}`;
}

/** A CIDR as a block; null under the rules of {@link canonicalAddress}. A mapped IPv6 block is refused. */
export function parseBlock(text: string): Block | null {
  const [address = '', length = '', ...rest] = text.split('/');
  const parsed = parse(address);
  if (parsed === null || rest.length > 0 || !/^(?:0|[1-9][0-9]{0,2})$/.test(length)) return null;
  const family = parsed.kind() === 'ipv4' ? 4 : 6;
  const prefix = Number(length);
  if (prefix > (family === 4 ? 32 : 128) || (family === 4 && address.includes(':'))) return null;
  const bytes = parsed.toByteArray().map((byte, index) => byte & maskOf(prefix, index));
  return { family, prefix, bytes };
}

/** The block of a CIDR, or the block of one address; null when the text is neither. */
export function parseRange(text: string): Block | null {
  return parseBlock(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
}

/** Whether every address of the CIDR (or the single address) `inner` lies in the CIDR `outer`. */
export function contains(outer: string, inner: string): boolean {
  const around = parseBlock(outer);
  const within = parseRange(inner);
  return around !== null && within !== null && blockContains(around, within);
}

export function blockContains(outer: Block, inner: Block): boolean {
  if (outer.family !== inner.family || inner.prefix < outer.prefix) return false;
  return outer.bytes.every(
    (byte, index) => byte === ((inner.bytes[index] ?? 0) & maskOf(outer.prefix, index)),
  );
}

/** The bits of the `index`-th byte that a prefix of this length fixes. */
function maskOf(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

function parse(text: string): Parsed | null {
  if (dottedQuad.test(text)) return ipaddr.IPv4.isValid(text) ? ipaddr.IPv4.parse(text) : null;
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(':') || !ipaddr.IPv6.isValid(text)) return null;
  const tail = text.slice(text.lastIndexOf(':') + 1);
  if (tail.includes('.') && !dottedQuad.test(tail)) return null;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function spell(address: Parsed): string {
  return address.kind() === 'ipv4' ? address.toString() : (address as ipaddr.IPv6).toRFC5952String();
}
