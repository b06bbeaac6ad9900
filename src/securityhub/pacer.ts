import { setTimeout as delay } from 'node:timers/promises';
import { quotas } from './limits.ts';

/** Time as the pacer needs it; tests bring their own. */
export interface PacerClock {
  /** Milliseconds that never run backwards. */
  now(): number;
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Pace {
  readonly perSecond: number;
  readonly burst: number;
}

/** Lets calls through at a pace. */
export interface Pacer {
  /** Resolves when one more call may leave; in the order of asking. Rejects when the signal is aborted. */
  take(signal?: AbortSignal): Promise<void>;
}

const realClock: PacerClock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/**
 * The quota of BatchImportFindings, less two calls of the burst: calls that were spaced here may arrive closer together,
 * and the bucket on the other side must not be found empty for a few milliseconds of that.
 */
const IMPORT_PACE: Pace = {
  perSecond: quotas.batchImportFindings.perSecond,
  burst: quotas.batchImportFindings.burst - 2,
};

/**
 * A token bucket: `burst` calls at once, `perSecond` from then on. Tokens may be owed, so that those who wait are let
 * through in their order, each at its own time.
 */
export function createPacer({ perSecond, burst }: Pace = IMPORT_PACE, clock: PacerClock = realClock): Pacer {
  let tokens = burst;
  let filledAt = clock.now();
  return {
    async take(signal) {
      signal?.throwIfAborted();
      const now = clock.now();
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond) - 1;
      filledAt = now;
      if (tokens < 0) {
        await clock.sleep(Math.ceil((-tokens / perSecond) * 1000), signal);
      }
    },
  };
}

interface Paceable {
  readonly middlewareStack: {
    add(
      middleware: <Output>(next: (args: never) => Promise<Output>) => (args: never) => Promise<Output>,
      options: { step: 'finalizeRequest'; priority: 'low'; name: string },
    ): void;
  };
}

/**
 * Makes every attempt at a call wait for the pacer, those included that the SDK makes by itself after a failure: they
 * count against the quota like any other. (The step runs within the SDK's retry loop.)
 */
export function paceAttempts(command: Paceable, pacer: Pacer, signal?: AbortSignal): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      await pacer.take(signal);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'picketPacer' },
  );
}
