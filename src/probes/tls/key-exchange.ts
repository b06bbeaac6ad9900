import { hasPskHint, isDhe, isEcdhe } from './suites.ts';

/** What a ServerKeyExchange before TLS 1.3 says of the group. */
export interface KeyExchange {
  /** Size of a finite field's prime. */
  readonly dhBits: number | null;
  /** Code point of a named curve. */
  readonly curve: number | null;
}

const namedCurve = 3;

/** Reads the parameters (RFC 5246, section 7.4.3; RFC 8422, section 5.4). Null for a message without any to read. */
export function parseKeyExchange(body: Buffer, suite: number): KeyExchange | null {
  const parameters = hasPskHint(suite) ? afterBlock(body) : body;
  if (parameters === null) return null;
  if (isDhe(suite)) {
    const length = parameters.length < 2 ? 0 : parameters.readUInt16BE(0);
    if (length === 0 || parameters.length < 2 + length) return null;
    return { dhBits: bitLength(parameters.subarray(2, 2 + length)), curve: null };
  }
  if (!isEcdhe(suite) || parameters.length < 3) return null;
  // A curve that is spelt out, which RFC 8422 forbids, has no name.
  return { dhBits: null, curve: parameters.readUInt8(0) === namedCurve ? parameters.readUInt16BE(1) : null };
}

function afterBlock(body: Buffer): Buffer | null {
  if (body.length < 2) return null;
  const end = 2 + body.readUInt16BE(0);
  return end > body.length ? null : body.subarray(end);
}

/** Bits of an unsigned number, whatever zeros it begins with. */
function bitLength(number: Buffer): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (number.length - first) * 8 - Math.clz32(number.readUInt8(first)) + 24;
}
