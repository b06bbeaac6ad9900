import { setMaxListeners } from 'node:events';
import { PermanentError } from '../domain/errors.ts';
import type { Profile } from '../domain/profile.ts';
import type { Target } from '../scope/target.ts';
import { ByteBudget } from './byte-budget.ts';
import type { TlsOptions } from './connection.ts';
import { Conversation, type ConversationContext } from './conversation.ts';
import { Deadline } from './deadline.ts';
import type { Dial } from './dialler.ts';
import type { Pacing } from './pacing.ts';
import { ConversationError, type Probe } from './probe.ts';
import { abortReason } from './socket-errors.ts';
import { assertLeased } from './vetting.ts';

export interface ProbeRunOptions {
  readonly target: Target;
  readonly profile: Profile;
  readonly pacing: Pacing;
  readonly dial: Dial;
  /** Milliseconds since the epoch; the clock that leases are held against. */
  readonly now: () => number;
  readonly userAgent: string;
  readonly maxBytes: number;
  /** How many sockets were reserved at the host for this run. */
  readonly sockets: number;
  /** See `Connection`. */
  readonly name: string | null;
  readonly trustedCas: readonly string[];
  /** The probe whose upgrade every new connection goes through first; null for none. */
  readonly startTls: Probe | null;
  readonly deadlineMs: number;
}

/** All that one run of a probe may use: its connections, bytes and time. Once ended, nothing of it goes on. */
export class ProbeRun {
  readonly budget: ByteBudget;
  readonly #options: ProbeRunOptions;
  readonly #controller = new AbortController();
  readonly #deadline: Deadline;
  readonly #context: ConversationContext;
  readonly #conversations = new Set<Conversation>();
  #opening = 0;
  #moved: ConversationError | null = null;
  #misuse: PermanentError | null = null;

  constructor(options: ProbeRunOptions) {
    this.#options = options;
    setMaxListeners(0, this.signal);
    this.budget = new ByteBudget(options.maxBytes);
    this.#deadline = new Deadline(options.deadlineMs, () =>
      this.cut(new ConversationError('timed-out', `the probe did not end within ${options.deadlineMs} ms`)),
    );
    this.#context = {
      target: options.target,
      name: options.name,
      startTlsOf: options.startTls?.id ?? null,
      sockets: options.sockets,
      trustedCas: options.trustedCas,
      signal: this.signal,
      budget: this.budget,
      userAgent: options.userAgent,
      greetingWaitMs: options.profile.greetingWaitMs,
      assertMaySend: () => this.#assertLeased(),
      open: (tls) => this.open(tls),
      closed: (conversation) => this.#conversations.delete(conversation),
    };
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

  async open(tls: TlsOptions | null): Promise<Conversation> {
    const { target, profile, pacing, dial, sockets } = this.#options;
    if (this.#conversations.size + this.#opening >= sockets) {
      this.#misuse ??= new PermanentError('too-many-connections', {
        what: 'The probe holds more connections at once than were set aside for it',
        expected: `at most ${sockets}`,
      });
      throw this.#misuse;
    }
    this.#opening += 1;
    try {
      this.#assertLeased();
      await this.#deadline.without(() => pacing.turn(target.endpoint.address, profile, this.signal));
      const wire = await dial(target, { connectTimeoutMs: profile.connectTimeoutMs }, this.signal).catch(
        (error) => {
          if (error instanceof ConversationError && error.status === 'moved') this.#moved = error;
          throw error;
        },
      );
      if (this.signal.aborted) {
        wire.abort();
        throw abortReason(this.signal);
      }
      const conversation = new Conversation(this.#context, wire);
      this.#conversations.add(conversation);
      await this.#options.startTls?.startTls?.(conversation);
      if (tls !== null) await conversation.startTls(tls);
      return conversation;
    } finally {
      this.#opening -= 1;
    }
  }

  /** Ends the run now: what still waits for the peer ends with `reason`. */
  cut(reason: ConversationError): void {
    this.#controller.abort(reason);
    for (const conversation of this.#conversations) conversation.abort();
  }

  /** Closes whatever the probe has left open. */
  end(): void {
    this.#deadline.end();
    for (const conversation of this.#conversations) conversation.close();
    // A probe that goes on after its end finds every door shut.
    this.#controller.abort(new ConversationError('halted', 'the run of the probe is over'));
  }

  /** Throws `moved` when the lease has run out, and remembers it. */
  #assertLeased(): void {
    try {
      assertLeased(this.#options.target, this.#options.now());
    } catch (error) {
      if (error instanceof ConversationError) this.#moved = error;
      throw error;
    }
  }
}
