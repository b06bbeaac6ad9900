import { ConversationError } from './probe.ts';

/** The bytes that one run of a probe may still take in, over all its connections. */
export class ByteBudget {
  readonly limit: number;
  readonly #onFirst: () => void;
  #used = 0;
  #exceeded = false;

  /** @param onFirst called when the peer has said anything at all, perhaps more than once. */
  constructor(limit: number, onFirst: () => void = () => {}) {
    this.limit = limit;
    this.#onFirst = onFirst;
  }

  get left(): number {
    return Math.max(0, this.limit - this.#used);
  }

  /** Whether the peer went, or announced that it would go, over the limit. */
  get exceeded(): boolean {
    return this.#exceeded;
  }

  /** Throws `too-large` once the limit is passed, and from then on always. */
  take(bytes: number): void {
    this.expect(bytes);
    if (this.#used === 0 && bytes > 0) this.#onFirst();
    this.#used += bytes;
  }

  /** Throws `too-large` when that many bytes more would pass the limit. */
  expect(bytes: number): void {
    if (bytes > this.left) this.#exceeded = true;
    if (this.#exceeded) throw this.error();
  }

  error(): ConversationError {
    return new ConversationError('too-large', `the peer sent more than the ${this.limit} bytes allowed`);
  }
}
