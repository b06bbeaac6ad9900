import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';

/** What comes next from the server. */
export type Message =
  | { readonly kind: 'handshake'; readonly type: number; readonly length: number }
  | { readonly kind: 'alert'; readonly fatal: boolean; readonly code: number }
  /** The server hung up or broke off, possibly in the middle of something. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'silent' }
  /** No TLS, or none that belongs here. */
  | { readonly kind: 'foreign'; readonly start: Buffer };

export type Interruption = Exclude<Message, { readonly kind: 'handshake' }>;

const contentType = { alert: 21, handshake: 22 } as const;
/** RFC 5246, section 6.2.3. */
const maxRecord = 16_384 + 2048;
/** An empty record is allowed and says nothing; nobody sends many. */
const maxRecords = 64;

/** Handshake messages as they arrive, whatever records they are cut into; nothing is read before it is asked for. */
export class RecordReader {
  readonly #connection: Connection;
  readonly #waitMs: number;
  #left = 0;
  #records = 0;

  /** Waits for each piece no longer than `waitMs`. */
  constructor(connection: Connection, waitMs: number) {
    this.#connection = connection;
    this.#waitMs = waitMs;
  }

  /** The head of the next message; its body is to be read with {@link body} or {@link skip}. */
  async next(): Promise<Message> {
    const head = await this.body(4);
    return Buffer.isBuffer(head)
      ? { kind: 'handshake', type: head.readUInt8(0), length: head.readUIntBE(1, 3) }
      : head;
  }

  /** Exactly so many bytes of handshake messages. */
  async body(length: number): Promise<Buffer | Interruption> {
    const pieces: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      if (this.#left === 0) {
        const interruption = await this.#record();
        if (interruption !== null) return interruption;
        continue;
      }
      const piece = await this.#bytes(Math.min(missing, this.#left));
      if (!Buffer.isBuffer(piece)) return piece;
      pieces.push(piece);
      this.#left -= piece.length;
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Begins the next handshake record; null when that worked. */
  async #record(): Promise<Interruption | null> {
    const head = await this.#bytes(5);
    if (!Buffer.isBuffer(head)) return head;
    const type = head.readUInt8(0);
    const length = head.readUInt16BE(3);
    this.#records += 1;
    const known = type === contentType.handshake || type === contentType.alert;
    if (!known || head.readUInt8(1) !== 3 || length > maxRecord || this.#records > maxRecords) {
      return { kind: 'foreign', start: head };
    }
    if (type === contentType.handshake) {
      this.#left = length;
      return null;
    }
    if (length !== 2) return { kind: 'foreign', start: head };
    const alert = await this.#bytes(2);
    if (!Buffer.isBuffer(alert)) return alert;
    return { kind: 'alert', fatal: alert.readUInt8(0) !== 1, code: alert.readUInt8(1) };
  }

  async #bytes(length: number): Promise<Buffer | Interruption> {
    const started = performance.now();
    try {
      const bytes = await this.#connection.readUntilQuiet(this.#waitMs, length);
      if (bytes.length === length) return bytes;
      // What is cut short after less than a record's head is no TLS, unless nothing came at all.
      if (bytes.length > 0 && this.#records === 0) return { kind: 'foreign', start: bytes };
    } catch (error) {
      if (!(error instanceof ConversationError) || error.status !== 'reset') throw error;
      return { kind: 'ended' };
    }
    return { kind: performance.now() - started < this.#waitMs ? 'ended' : 'silent' };
  }
}
