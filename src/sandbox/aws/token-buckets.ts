import type { SandboxClock } from './clock.ts';

/** How many requests may come at once, and how many a second in the long run. */
export interface Quota {
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Token buckets by name. A bucket starts full and is refilled continuously. */
export class TokenBuckets {
  readonly #clock: SandboxClock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /** Takes a token; false when there is none, in which case nothing changes. */
  take(name: string, quota: Quota): boolean {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(name) ?? { tokens: quota.burst, filledAt: now };
    const elapsed = Math.max(0, now - bucket.filledAt);
    const tokens = Math.min(quota.burst, bucket.tokens + (elapsed * quota.perSecond) / 1000);
    // Refilling in fractions leaves 0.9999… where arithmetic says 1.
    const enough = tokens >= 1 - 1e-9;
    this.#buckets.set(name, { tokens: enough ? tokens - 1 : tokens, filledAt: now });
    return enough;
  }
}
