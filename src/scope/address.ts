import { canonicalAddress, contains } from '../aws/address.ts';
import { specialUse } from '../aws/special-addresses.ts';

/**
 * Why no packet may go to the address, as a sentence; null when one may. The address must be in canonical form already,
 * so that what is judged here is to the letter what is dialled later.
 *
 * @param sandbox whether the servers are our own on this machine: then loopback is allowed, and nothing else is.
 */
export function refusalReason(address: string, { sandbox }: { readonly sandbox: boolean }): string | null {
  const canonical = canonicalAddress(address);
  if (canonical === null) return `"${printable(address)}" is not plainly an IPv4 or IPv6 address`;
  if (canonical !== address)
    return `the address "${printable(address)}" is not in canonical form (${canonical})`;
  if (sandbox) {
    const loopback = contains('127.0.0.0/8', address) || address === '::1';
    return loopback ? null : `the address ${address} is not loopback, and the sandbox scans nothing else`;
  }
  const use = specialUse(address);
  return use === null ? null : `the address ${address} is ${use}, not one of the public internet`;
}

function printable(text: string): string {
  return text.slice(0, 60).replace(/[^\x20-\x7e]/g, '?');
}
