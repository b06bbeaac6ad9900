import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

// The data types of RFC 4251, section 5.

const MAX_NAMES = 512;

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function string(value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

export function nameList(names: readonly string[]): Buffer {
  return string(names.join(','));
}

/** A positive number, given in big-endian order; its highest bit must not look like a sign. */
export function mpint(value: Buffer): Buffer {
  const digits = withoutLeadingZeros(value);
  return string((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** How many bits a number has, given in big-endian order. */
export function bitLength(value: Buffer): number {
  const digits = withoutLeadingZeros(value);
  const first = digits[0];
  return first === undefined ? 0 : digits.length * 8 - (Math.clz32(first) - 24);
}

function withoutLeadingZeros(value: Buffer): Buffer {
  let start = 0;
  while (start < value.length && value[start] === 0) start += 1;
  return value.subarray(start);
}

/** Reads fields one after the other. Every method throws a `ConversationError` `garbled` when there is less. */
export class Fields {
  readonly #bytes: Buffer;
  readonly #what: string;
  #offset = 0;

  /** @param what begins the sentence when it is too short, as in "The host key" */
  constructor(bytes: Buffer, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  skip(length: number): void {
    this.#take(length);
  }

  uint32(): number {
    return this.#take(4).readUInt32BE(0);
  }

  boolean(): boolean {
    return this.#take(1)[0] !== 0;
  }

  string(): Buffer {
    return this.#take(this.uint32());
  }

  /** Names are 1 to 64 printable ASCII characters without comma (RFC 4251, section 6). */
  names(): string[] {
    const bytes = this.string();
    if (bytes.length === 0) return [];
    const names = bytes.toString('latin1').split(',');
    const odd = names.find((name) => !/^[\x21-\x7e]{1,64}$/.test(name));
    if (odd !== undefined) {
      throw this.#garbled(`a list with the impossible name "${printable(odd, 80)}"`);
    }
    if (names.length > MAX_NAMES) {
      throw this.#garbled(`a list of ${names.length} names, expected at most ${MAX_NAMES}`);
    }
    return names;
  }

  #take(length: number): Buffer {
    const left = this.#bytes.length - this.#offset;
    if (length > left) throw this.#garbled(`a field that claims ${length} bytes, and ${left} are left`);
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  #garbled(what: string): ConversationError {
    return new ConversationError('garbled', `${this.#what} has ${what}.`);
  }
}
