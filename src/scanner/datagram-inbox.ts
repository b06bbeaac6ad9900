import type { ByteBudget } from './byte-budget.ts';
import type { DatagramListener } from './datagram-dialler.ts';
import { networkTimer } from './network-timer.ts';
import { orAborted } from './or-aborted.ts';
import { ConversationError } from './probe.ts';

/** What each datagram costs beside its content (the headers of IPv4 and UDP), so that empty ones run out too. */
const headerBytes = 28;

/** What comes in for one question: the first datagram that answers it, or what went wrong; the rest is only counted. */
export class DatagramInbox implements DatagramListener {
  readonly #budget: ByteBudget;
  readonly #signal: AbortSignal;
  readonly #isAnswer: (reply: Buffer) => boolean;
  #outcome: { readonly answer: Buffer } | { readonly error: unknown } | null = null;
  #others = 0;
  #wake: (() => void) | null = null;

  constructor(
    { budget, signal }: { readonly budget: ByteBudget; readonly signal: AbortSignal },
    isAnswer: (reply: Buffer) => boolean,
  ) {
    this.#budget = budget;
    this.#signal = signal;
    this.#isAnswer = isAnswer;
  }

  /** Whether there is no point in asking again. */
  get settled(): boolean {
    return this.#outcome !== null;
  }

  received(datagram: Buffer): void {
    if (this.settled) return;
    try {
      this.#budget.take(datagram.length + headerBytes);
      if (this.#isAnswer(datagram)) this.#settle({ answer: datagram });
      else this.#others += 1;
    } catch (error) {
      this.#settle({ error });
    }
  }

  failed(error: ConversationError): void {
    if (!this.settled) this.#settle({ error });
  }

  /** The answer; null when none has come for `waitMs`. Rejects with what went wrong, and with the signal's reason. */
  async answerWithin(waitMs: number): Promise<Buffer | null> {
    let callOff: (() => void) | undefined;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.settled) resolve();
      else callOff = networkTimer(waitMs, resolve);
    });
    await orAborted(this.#signal, woken).finally(() => callOff?.());
    if (this.#outcome === null) return null;
    if ('error' in this.#outcome) throw this.#outcome.error;
    return this.#outcome.answer;
  }

  /** What to say when no answer has come to `sent` datagrams, each of which had `waitMs`. */
  unanswered(sent: number, waitMs: number): ConversationError {
    return this.#others === 0
      ? new ConversationError('timed-out', `no answer to ${sent} datagrams within ${waitMs} ms each`)
      : new ConversationError('garbled', `${this.#others} datagrams came, and none answers what was asked`);
  }

  #settle(outcome: { readonly answer: Buffer } | { readonly error: unknown }): void {
    this.#outcome = outcome;
    this.#wake?.();
  }
}
