import { PermanentError } from '../domain/errors.ts';
import type { Profile } from '../domain/profile.ts';
import type { Target } from '../scope/target.ts';
import type { DialDatagram } from './datagram-dialler.ts';
import type { DatagramExchange } from './datagram-exchange.ts';
import { DatagramInbox } from './datagram-inbox.ts';
import type { Pacing } from './pacing.ts';
import type { ConversationError } from './probe.ts';
import { RunLimits } from './run-limits.ts';

/** A question and, where it got no answer, the same once more. */
const attempts = 2;
/** Replies that one run takes in, over all its questions. */
const maxBytes = 64 * 1024;

export interface DatagramRunOptions {
  readonly target: Target;
  readonly profile: Profile;
  readonly pacing: Pacing;
  readonly dial: DialDatagram;
  /** Milliseconds since the epoch; the clock that leases are held against. */
  readonly now: () => number;
}

/**
 * All that one run of a probe over UDP may use. Each question has a socket of its own, which is closed with its
 * answer: what comes late, or in thousands, meets a closed port, and is not taken for the answer to the next one.
 */
export class DatagramRun implements DatagramExchange {
  readonly #options: DatagramRunOptions;
  readonly #limits: RunLimits;
  #asking = false;

  constructor(options: DatagramRunOptions) {
    this.#options = options;
    const { probeDeadlineMs } = options.profile;
    this.#limits = new RunLimits({ ...options, maxBytes, deadlineMs: probeDeadlineMs, onCut: () => {} });
  }

  get target(): Target {
    return this.#options.target;
  }

  /** See {@link RunLimits}. */
  get signal(): AbortSignal {
    return this.#limits.signal;
  }

  /** See {@link RunLimits}. */
  get ending(): Error | null {
    return this.#limits.ending;
  }

  /** See {@link RunLimits}. */
  cut(reason: ConversationError): void {
    this.#limits.cut(reason);
  }

  /** See {@link RunLimits}. */
  end(): void {
    this.#limits.end();
  }

  async ask(datagram: Buffer, isAnswer: (reply: Buffer) => boolean = () => true): Promise<Buffer> {
    if (this.#asking) {
      throw this.#limits.misused(
        new PermanentError('too-many-connections', {
          what: 'The probe asks a question before the one before is answered',
          expected: 'one question after the other',
        }),
      );
    }
    this.#asking = true;
    try {
      return await this.#ask(Buffer.from(datagram), new DatagramInbox(this.#limits, isAnswer));
    } catch (error) {
      throw this.#limits.remembered(error);
    } finally {
      this.#asking = false;
    }
  }

  async #ask(question: Buffer, inbox: DatagramInbox): Promise<Buffer> {
    const { dial, target, profile } = this.#options;
    await this.#turn();
    const wire = await dial(target, inbox, this.signal);
    try {
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        if (attempt > 1) await this.#turn();
        // The answer may have come while we waited for our own turn.
        if (!inbox.settled) await wire.send(question);
        const answer = await inbox.answerWithin(profile.datagramWaitMs);
        if (answer !== null) return answer;
      }
      throw inbox.unanswered(attempts, profile.datagramWaitMs);
    } finally {
      wire.close();
    }
  }

  async #turn(): Promise<void> {
    const { target, profile, pacing } = this.#options;
    this.#limits.assertLeased();
    await this.#limits.offTheClock(() => pacing.turn(target.endpoint.address, profile, this.signal));
  }
}
