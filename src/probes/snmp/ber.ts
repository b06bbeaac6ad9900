import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';

// BER (X.690) as SNMP restricts it (RFC 3417, section 8): definite lengths, tags of one byte.

const INTEGER = 0x02;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;

/** One element with its tag and length; `content` may be elements one after the other. */
export function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const value = Buffer.concat(content);
  if (value.length > 0xffff) throw new RangeError(`${value.length} bytes are too many for one element.`);
  const length =
    value.length < 0x80
      ? [value.length]
      : value.length < 0x100
        ? [0x81, value.length]
        : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

/** A number from 0 to 2^31 - 1, in the fewest bytes that keep its sign. */
export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  let start = 0;
  while (start < 4 && bytes[start] === 0 && (bytes[start + 1] ?? 0) < 0x80) start += 1;
  return element(INTEGER, bytes.subarray(start));
}

export function octets(value: Buffer | string = ''): Buffer {
  return element(OCTET_STRING, Buffer.from(value));
}

/** Reads elements one after the other. Everything that is not BER ends in `garbled`. */
export class BerReader {
  readonly #cursor: ByteCursor;
  readonly #what: string;

  constructor(bytes: Buffer, what: string) {
    this.#cursor = new ByteCursor(bytes, what);
    this.#what = what;
  }

  get ended(): boolean {
    return this.#cursor.left === 0;
  }

  /** The next element, whatever its tag. */
  any(): { readonly tag: number; readonly value: Buffer } {
    const tag = this.#cursor.uint8();
    const first = this.#cursor.uint8();
    // A datagram has no room for lengths of more than two bytes, but some agents write them in four.
    if (first > 0x84 || first === 0x80) throw this.#garbled(`a length that begins with byte ${first}`);
    let length = first;
    if (first > 0x80) {
      length = 0;
      for (let left = first & 0x7f; left > 0; left -= 1) length = length * 0x100 + this.#cursor.uint8();
    }
    return { tag, value: this.#cursor.take(length) };
  }

  value(tag: number): Buffer {
    const found = this.any();
    if (found.tag !== tag) throw this.#garbled(`tag ${found.tag}, expected ${tag}`);
    return found.value;
  }

  /** A number of at most six bytes, which is more than SNMP has. */
  integer(): number {
    const value = this.value(INTEGER);
    if (value.length < 1 || value.length > 6) throw this.#garbled(`an integer of ${value.length} bytes`);
    return value.readIntBE(0, value.length);
  }

  sequence(tag: number = SEQUENCE): BerReader {
    return new BerReader(this.value(tag), this.#what);
  }

  #garbled(got: string): ConversationError {
    return new ConversationError('garbled', `${this.#what} has ${got}.`);
  }
}
