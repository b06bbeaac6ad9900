import type { Authorisation } from '../domain/authorisation.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { covers, isValidAt } from './authorisations.ts';
import type { Lease } from './target.ts';

/** The longest that a lease may be, in milliseconds: no proof of ownership is trusted for longer. */
export const longestLeaseMs = 300_000;

export interface LeaseTerms {
  readonly endpoint: Endpoint;
  readonly authorisation: Authorisation;
  readonly provedAt: number;
  /** Reading of the monotonic clock at or before `provedAt`. */
  readonly provedTick: number;
}

export interface LeaseClocks {
  readonly leaseMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  /** The authorisations as they are now. */
  readonly authorisations: () => readonly Authorisation[];
}

/**
 * The lease and the handle by which scope alone changes it. `provedAt` and `expiresAt` are read at the moment of
 * asking, so every holder sees a renewal, the end of the authorisation, or its revocation, at once.
 */
export class LeaseHandle {
  readonly lease: Lease;
  readonly #clocks: LeaseClocks;
  #terms: LeaseTerms;
  #ended: string | null = null;

  constructor(terms: LeaseTerms, clocks: LeaseClocks) {
    this.#terms = terms;
    this.#clocks = clocks;
    const expiresAt = (): number => this.#expiresAt();
    const current = (): LeaseTerms => this.#terms;
    this.lease = Object.freeze({
      endpointId: terms.endpoint.id,
      address: terms.endpoint.address,
      get authorisationId() {
        return current().authorisation.id;
      },
      get classes() {
        const { authorisation } = current();
        const now = clocks.authorisations().find(({ id }) => id === authorisation.id);
        return (now ?? authorisation).classes;
      },
      get provedAt() {
        return current().provedAt;
      },
      get expiresAt() {
        return expiresAt();
      },
    });
  }

  get endpoint(): Endpoint {
    return this.#terms.endpoint;
  }

  /** Why it was ended for good; null while it was not. */
  get ended(): string | null {
    return this.#ended;
  }

  get expired(): boolean {
    return this.#clocks.now() >= this.#expiresAt();
  }

  /** Takes a newer proof. An older one changes nothing, and an ended lease stays ended. */
  extend(terms: Omit<LeaseTerms, 'endpoint'>): void {
    if (this.#ended !== null || terms.provedAt < this.#terms.provedAt) return;
    this.#terms = { ...terms, endpoint: this.#terms.endpoint };
  }

  end(reason: string): void {
    this.#ended ??= reason;
  }

  #expiresAt(): number {
    const { authorisation, endpoint, provedAt, provedTick } = this.#terms;
    const { leaseMs, now, monotonic, authorisations } = this.#clocks;
    if (this.#ended !== null) return 0;
    // The wall clock can be set back; a proof must not grow younger by that.
    if (monotonic() - provedTick >= leaseMs || provedAt > now()) return 0;
    const current = authorisations().find(({ id }) => id === authorisation.id);
    if (current === undefined) return 0;
    if (current !== authorisation && (!isValidAt(current, provedAt) || !covers(current, endpoint))) return 0;
    return Math.min(provedAt + leaseMs, Date.parse(current.until));
  }
}
