import { PermanentError } from '../domain/errors.ts';
import type { Profile } from '../domain/profile.ts';
import type { Target } from '../scope/target.ts';
import type { CanaryAddress, TlsOptions } from './connection.ts';
import { Conversation, type ConversationContext } from './conversation.ts';
import type { Dial } from './dialler.ts';
import type { Pacing } from './pacing.ts';
import type { ConversationError, Probe } from './probe.ts';
import { RunLimits } from './run-limits.ts';
import { abortReason } from './socket-errors.ts';

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
  readonly canary: CanaryAddress | null;
  /** The probe whose upgrade every new connection goes through first; null for none. */
  readonly startTls: Probe | null;
  readonly deadlineMs: number;
  /** See {@link RunLimits}. */
  readonly firstByteMs: number | null;
}

/** All that one run of a probe may use: its connections, bytes and time. Once ended, nothing of it goes on. */
export class ProbeRun {
  readonly #options: ProbeRunOptions;
  readonly #limits: RunLimits;
  readonly #context: ConversationContext;
  readonly #conversations = new Set<Conversation>();
  #opening = 0;

  constructor(options: ProbeRunOptions) {
    this.#options = options;
    this.#limits = new RunLimits({ ...options, onCut: () => this.#abort() });
    this.#context = {
      target: options.target,
      name: options.name,
      startTlsOf: options.startTls?.id ?? null,
      sockets: options.sockets,
      trustedCas: options.trustedCas,
      canary: options.canary,
      signal: this.#limits.signal,
      budget: this.#limits.budget,
      userAgent: options.userAgent,
      greetingWaitMs: options.profile.greetingWaitMs,
      assertMaySend: () => this.#limits.assertLeased(),
      open: (tls) => this.open(tls),
      closed: (conversation) => this.#conversations.delete(conversation),
    };
  }

  /** See {@link RunLimits}. */
  get signal(): AbortSignal {
    return this.#limits.signal;
  }

  /** See {@link RunLimits}. */
  get ending(): Error | null {
    return this.#limits.ending;
  }

  async open(tls: TlsOptions | null): Promise<Conversation> {
    const { sockets } = this.#options;
    if (this.#conversations.size + this.#opening >= sockets) {
      throw this.#limits.misused(
        new PermanentError('too-many-connections', {
          what: 'The probe holds more connections at once than were set aside for it',
          expected: `at most ${sockets}`,
        }),
      );
    }
    const conversation = await this.#connect();
    try {
      await this.#options.startTls?.startTls?.(conversation);
      if (tls !== null) await conversation.startTls(tls);
    } catch (error) {
      conversation.close();
      throw error;
    }
    return conversation;
  }

  /** Counts as opening until it counts as a conversation, and never as both. */
  async #connect(): Promise<Conversation> {
    const { target, profile, pacing, dial } = this.#options;
    this.#opening += 1;
    try {
      this.#limits.assertLeased();
      await this.#limits.offTheClock(() => pacing.turn(target.endpoint.address, profile, this.signal));
      const wire = await dial(target, { connectTimeoutMs: profile.connectTimeoutMs }, this.signal).catch(
        (error: unknown) => {
          throw this.#limits.remembered(error);
        },
      );
      if (this.signal.aborted) {
        wire.abort();
        throw abortReason(this.signal);
      }
      const conversation = new Conversation(this.#context, wire);
      this.#conversations.add(conversation);
      return conversation;
    } finally {
      this.#opening -= 1;
    }
  }

  /** See {@link RunLimits}. */
  cut(reason: ConversationError): void {
    this.#limits.cut(reason);
  }

  /** Closes whatever the probe has left open. */
  end(): void {
    for (const conversation of this.#conversations) conversation.close();
    this.#limits.end();
  }

  #abort(): void {
    for (const conversation of this.#conversations) conversation.abort();
  }
}
