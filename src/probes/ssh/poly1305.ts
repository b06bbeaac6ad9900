const PRIME = (1n << 130n) - 5n;
/** Bits of the first half of the key that have to be clear. */
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/**
 * Poly1305 (RFC 8439, section 2.5), which `node:crypto` has only inside another construction than SSH's. Not in constant
 * time, and slow: for the few short packets before a login.
 *
 * @param key 32 bytes, used once
 */
export function poly1305(key: Buffer, message: Buffer): Buffer {
  const factor = littleEndian(key.subarray(0, 16)) & CLAMP;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16);
    sum = ((sum + littleEndian(block) + (1n << BigInt(8 * block.length))) * factor) % PRIME;
  }
  const tag = BigInt.asUintN(128, sum + littleEndian(key.subarray(16, 32)));
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}

function littleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
