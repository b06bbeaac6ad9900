import type { Duplex } from 'node:stream';
import { networkTimer } from './network-timer.ts';
import { ConversationError } from './probe.ts';
import { abortReason, socketError } from './socket-errors.ts';

/**
 * Reads a stream on demand. The stream is paused between reads, so a peer that sends without end fills no more than
 * the stream's own buffer.
 */
export class ByteReader {
  readonly #stream: Duplex;
  #unread: Buffer | null = null;
  #ended = false;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#ended = stream.readableEnded;
    this.#closed = stream.destroyed;
    stream.on('readable', this.#onEvent).on('error', this.#onEvent);
    stream.on('end', this.#onEnd).on('close', this.#onClose);
  }

  /** The next bytes; `ended` when the peer has ended its side, `quiet` when none came for `waitMs`. */
  async next(signal: AbortSignal, waitMs = Number.POSITIVE_INFINITY): Promise<Buffer | 'ended' | 'quiet'> {
    if (this.#wake !== null) throw new Error('two reads at the same time on one connection');
    const until = performance.now() + waitMs;
    for (;;) {
      if (signal.aborted) throw abortReason(signal);
      const chunk = this.#unread ?? (this.#stream.read() as Buffer | null);
      this.#unread = null;
      if (chunk !== null && chunk.length > 0) return chunk;
      if (this.#stream.errored) throw socketError(this.#stream.errored, 'reading');
      if (this.#ended) return 'ended';
      if (this.#closed) throw new ConversationError('reset', 'the connection was closed');
      const left = until - performance.now();
      if (left <= 0) return 'quiet';
      await this.#event(signal, left);
    }
  }

  /** Puts back bytes that were read too many. */
  unread(bytes: Buffer): void {
    if (bytes.length > 0) this.#unread = this.#unread === null ? bytes : Buffer.concat([bytes, this.#unread]);
  }

  /** Gives the stream back to another reader, with what was not read in front. */
  async detach(): Promise<void> {
    this.#stream.off('readable', this.#onEvent).off('error', this.#onEvent);
    this.#stream.off('end', this.#onEnd).off('close', this.#onClose);
    if (this.#unread !== null && !this.#stream.readableEnded && !this.#stream.destroyed) {
      this.#stream.unshift(this.#unread);
    }
    this.#unread = null;
    // The stream forgets its `readable` listener one tick later; a `data` listener before that would get nothing.
    await new Promise<void>((resolve) => process.nextTick(resolve));
  }

  readonly #onEvent = (): void => this.#wake?.();
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };
  readonly #onClose = (): void => {
    this.#closed = true;
    this.#wake?.();
  };

  #event(signal: AbortSignal, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        callOff?.();
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const callOff = Number.isFinite(waitMs) ? networkTimer(Math.ceil(waitMs), done) : undefined;
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}
