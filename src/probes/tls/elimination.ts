import type { ConversationError } from '../../scanner/probe.ts';
import { alerts, type Answer } from './answer.ts';
import type { Attempts, Lost } from './attempts.ts';
import type { Lot } from './enumeration.ts';
import { WorkQueue, type Work } from './work-queue.ts';

type Trouble = Exclude<Answer, { readonly kind: 'accepted' | 'refused' }> | Lost;

/**
 * As long as any connection works, single ones may fail. So many in a row that cannot be had, or stay without an
 * answer, mean that the server shuts us out.
 */
const maxUnansweredInARow = 16;
/** Likewise among what is asked again, which is less and goes slower. */
const maxUnansweredRetries = 6;
/** A server that keeps breaking off is not asked for ever. */
const maxRetries = 250;
/** So as not to be taken for a crowd by a server that breaks off where it usually gives an answer. */
const cautiousWorkers = 2;

/** How the server says no: in words, or by hanging up. */
export type Refusal = 'alert' | 'hang-up';

export interface SweepOptions {
  /** Whether to use few connections at once. */
  readonly cautious?: boolean;
  /** Other work, which goes first. */
  readonly beside?: readonly Work[];
  /** What has come up to be asked, after each answer that accepts something. */
  readonly after?: () => readonly Lot[];
}

interface Told {
  trouble(lot: Lot, what: Trouble): void;
  accepted?(): void;
}

const nothing = (): readonly Lot[] => [];

/** Offers lots until nothing is left of them, several at a time. */
export class Elimination {
  readonly #attempts: Attempts;
  #doubts: Lot[] = [];
  #unansweredInARow = 0;
  #retries = 0;
  #gaveUp: string | null = null;
  #lastError: ConversationError | null = null;

  constructor(attempts: Attempts) {
    this.#attempts = attempts;
  }

  /** Why not everything was asked, as a sentence; null when it was. */
  get gaveUp(): string | null {
    return this.#gaveUp;
  }

  /** Why the last of the connections that failed did. */
  get lastError(): ConversationError | null {
    return this.#lastError;
  }

  /** Lots after which the server broke off: neither taken nor refused. Taking them empties the list. */
  takeDoubts(): Lot[] {
    return this.#doubts.splice(0);
  }

  /** Asks for all lots. Where the server breaks off becomes a doubt. */
  async sweep(
    lots: readonly Lot[],
    { cautious = false, beside = [], after = nothing }: SweepOptions = {},
  ): Promise<void> {
    if (this.#gaveUp !== null) return;
    const queue = this.#queue(cautious ? cautiousWorkers : this.#attempts.sockets);
    const trouble = (lot: Lot): void => {
      this.#doubts.push(lot);
      if (this.#unansweredInARow >= maxUnansweredInARow) this.#stop(queue, shutOut);
    };
    const add = (more: readonly Lot[]): void => {
      for (const lot of more)
        queue.add(() => this.#step(queue, lot, { trouble, accepted: () => add(after()) }));
    };
    for (const work of beside) queue.add(work);
    add(lots);
    await queue.drain();
  }

  /**
   * Asks again for lots after which the server broke off, by ever smaller lots: one suite that the server chooses and
   * then fails at must not hide the others. Where hanging up is its way to refuse, once by kind is enough.
   */
  async retry(lots: readonly Lot[], refusal: Refusal): Promise<void> {
    if (this.#gaveUp !== null) return;
    const talkative = refusal === 'alert';
    const queue = this.#queue(talkative ? cautiousWorkers : this.#attempts.sockets);
    const trouble = ({ enumeration, items, level }: Lot, what: Trouble): void => {
      this.#retries += 1;
      if (what.kind === 'lost' || this.#unansweredInARow >= maxUnansweredRetries)
        return this.#stop(queue, shutOut);
      // Said twice it is a refusal, if in other words than usual. Trouble of its own is none.
      if (level > 0 && what.kind === 'unclear' && what.alert !== null && what.alert !== alerts.internalError)
        return;
      if (this.#retries > maxRetries) return this.#stop(queue, brokenOff);
      const last = talkative ? Number.POSITIVE_INFINITY : 1;
      for (let next = level; next <= last; next += 1) {
        const parts = enumeration.retries(items, next);
        if (parts.length === 0) return;
        // The same again is worth a try once.
        if (parts.length === 1 && next > 0) continue;
        for (const part of parts) {
          queue.add(() => this.#step(queue, { enumeration, items: part, level: next + 1 }, { trouble }));
        }
        return;
      }
    };
    const open = talkative ? lots.map((lot) => ({ ...lot, level: 0 })) : joined(lots);
    for (const lot of open) trouble(lot, { kind: 'unclear', alert: null, silent: false });
    await queue.drain();
  }

  #queue(workers: number): WorkQueue {
    return new WorkQueue(Math.min(workers, this.#attempts.sockets));
  }

  async #step(queue: WorkQueue, lot: Lot, told: Told): Promise<void> {
    const { enumeration, items } = lot;
    if (enumeration.over) return;
    if (enumeration.hushed) return void this.#doubts.push(lot);
    const answer = await this.#attempts.offer(enumeration.hello(items), (suite) => enumeration.readOn(suite));
    if (answer.kind === 'lost') this.#lastError = answer.error;
    const silent = answer.kind === 'unclear' && answer.silent;
    this.#unansweredInARow = answer.kind === 'lost' || silent ? this.#unansweredInARow + 1 : 0;
    if (silent) enumeration.hush();
    if (answer.kind === 'refused') return enumeration.refuse(answer.alert);
    if (answer.kind !== 'accepted') return told.trouble(lot, answer);
    const chosen = enumeration.choose(items, answer);
    told.accepted?.();
    if (chosen === null) return;
    const left = items.filter((item) => item !== chosen);
    if (left.length === 0) return;
    for (const part of enumeration.divide(left, queue.idle)) {
      queue.addFirst(() => this.#step(queue, { ...lot, items: part }, told));
    }
  }

  #stop(queue: WorkQueue, why: string): void {
    this.#gaveUp = why;
    queue.stop();
  }
}

/** All items of an enumeration in one lot, for a first time to be broken up. */
function joined(lots: readonly Lot[]): Lot[] {
  return [...new Set(lots.map(({ enumeration }) => enumeration))].map((enumeration) => ({
    enumeration,
    items: lots.flatMap((lot) => (lot.enumeration === enumeration ? lot.items : [])),
    level: 1,
  }));
}

const shutOut = 'The server stopped answering before everything had been offered.';
const brokenOff = 'The server broke off so many handshakes that what it accepts cannot be told.';
