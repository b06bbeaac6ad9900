import { ConversationError } from './probe.ts';

/**
 * Reads field after field of a message that is there in full. Where a field would reach past the end, the peer did not
 * mean what its message says it is: `garbled`, never a RangeError.
 */
export class ByteCursor {
  readonly #bytes: Buffer;
  readonly #what: string;
  #offset = 0;

  /** `what` is the message's name, for the sentence that says where it ended. */
  constructor(bytes: Buffer, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** How many bytes are still unread. */
  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  take(length: number): Buffer {
    if (!(length >= 0 && length <= this.left)) {
      throw new ConversationError(
        'garbled',
        `${this.#what} ends ${this.left} bytes after its byte ${this.#offset}, where a field of ${length} bytes begins.`,
      );
    }
    const taken = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return taken;
  }

  skip(length: number): void {
    this.take(length);
  }

  uint8(): number {
    return this.take(1).readUInt8();
  }

  uint16be(): number {
    return this.take(2).readUInt16BE();
  }

  uint16le(): number {
    return this.take(2).readUInt16LE();
  }

  uint32be(): number {
    return this.take(4).readUInt32BE();
  }

  uint32le(): number {
    return this.take(4).readUInt32LE();
  }

  int16be(): number {
    return this.take(2).readInt16BE();
  }

  int32be(): number {
    return this.take(4).readInt32BE();
  }

  int32le(): number {
    return this.take(4).readInt32LE();
  }

  /** The bytes up to the next NUL, which is passed over. */
  untilNul(): Buffer {
    const length = this.#bytes.indexOf(0, this.#offset) - this.#offset;
    if (length < 0) {
      throw new ConversationError(
        'garbled',
        `${this.#what} ends within the text that begins at its byte ${this.#offset}.`,
      );
    }
    const text = this.take(length);
    this.skip(1);
    return text;
  }
}
