import { setMaxListeners } from 'node:events';
import type { PermanentError } from '../domain/errors.ts';
import type { Target } from '../scope/target.ts';
import { ByteBudget } from './byte-budget.ts';
import { Deadline } from './deadline.ts';
import { ConversationError } from './probe.ts';
import { abortReason } from './socket-errors.ts';
import { assertLeased } from './vetting.ts';

export interface RunLimitsOptions {
  readonly target: Target;
  /** Milliseconds since the epoch; the clock that leases are held against. */
  readonly now: () => number;
  readonly maxBytes: number;
  readonly deadlineMs: number;
  /** How long the peer has until its first byte, where that is less. */
  readonly firstByteMs?: number | null;
  /** Breaks off whatever is open, once the run has been cut short. */
  readonly onCut: () => void;
}

/** The bytes, the time and the lease of one run of a probe, over whatever transport. */
export class RunLimits {
  readonly budget: ByteBudget;
  readonly #options: RunLimitsOptions;
  readonly #controller = new AbortController();
  readonly #deadlines: readonly Deadline[];
  #moved: ConversationError | null = null;
  #misuse: PermanentError | null = null;

  constructor(options: RunLimitsOptions) {
    this.#options = options;
    setMaxListeners(0, this.signal);
    const { maxBytes, deadlineMs, firstByteMs = null } = options;
    const whole = this.#limit(deadlineMs, `the probe did not end within ${deadlineMs} ms`);
    const first =
      firstByteMs === null ? null : this.#limit(firstByteMs, `nothing was said within ${firstByteMs} ms`);
    this.#deadlines = first === null ? [whole] : [whole, first];
    this.budget = new ByteBudget(maxBytes, () => first?.end());
  }

  /** Aborted, with a `ConversationError` as its reason, when the run is cut short. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * What ended the run over the probe's head, whatever the probe made of it: a probe that takes every error of a
   * connection for "not supported" must not turn a lost lease or a deadline into a fact.
   */
  get ending(): Error | null {
    if (this.signal.aborted) return abortReason(this.signal);
    return this.#moved ?? this.#misuse ?? (this.budget.exceeded ? this.budget.error() : null);
  }

  /** Ends the run now: what still waits for the peer ends with `reason`. */
  cut(reason: ConversationError): void {
    this.#controller.abort(reason);
    this.#options.onCut();
  }

  /** Stops the clock, and shuts every door to a probe that goes on after its end. */
  end(): void {
    for (const deadline of this.#deadlines) deadline.end();
    this.#controller.abort(new ConversationError('halted', 'the run of the probe is over'));
  }

  /** Does what is our own pacing's doing, which does not count against the peer's time. */
  offTheClock<T>(work: () => Promise<T>): Promise<T> {
    return this.#deadlines.reduce<() => Promise<T>>(
      (inner, deadline) => () => deadline.without(inner),
      work,
    )();
  }

  #limit(ms: number, sentence: string): Deadline {
    return new Deadline(ms, () => this.cut(new ConversationError('timed-out', sentence)));
  }

  /** Throws `moved` when the lease has run out, and remembers it. */
  assertLeased(): void {
    try {
      assertLeased(this.#options.target, this.#options.now());
    } catch (error) {
      throw this.remembered(error);
    }
  }

  /** Gives the error back, and keeps it as the run's ending when it says that the address is no longer ours. */
  remembered(error: unknown): unknown {
    if (error instanceof ConversationError && error.status === 'moved') this.#moved = error;
    return error;
  }

  /** Gives the error back, and keeps it: what the probe did wrong is ours to mend. */
  misused(error: PermanentError): PermanentError {
    this.#misuse ??= error;
    return this.#misuse;
  }
}
