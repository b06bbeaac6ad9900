/** Where the sandbox takes its time from: quotas, retention, lag and expiry all follow it. */
export interface SandboxClock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: SandboxClock = { now: () => Date.now() };

/** A clock that stands still until it is told otherwise, for tests. */
export class ManualClock implements SandboxClock {
  #now: number;

  constructor(startsAt: number | string = '2026-01-01T00:00:00.000Z') {
    this.#now = typeof startsAt === 'number' ? startsAt : Date.parse(startsAt);
  }

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
