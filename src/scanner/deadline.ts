import { networkTimer } from './network-timer.ts';

/**
 * A wall-clock limit on a peer. Time that we spend waiting for our own pacing does not count against it, or a busy
 * host would look like a silent one.
 */
export class Deadline {
  readonly #onExpire: () => void;
  #leftMs: number;
  #runningSince = 0;
  #callOff: (() => void) | null = null;
  #holds = 0;
  #ended = false;

  constructor(limitMs: number, onExpire: () => void) {
    this.#leftMs = limitMs;
    this.#onExpire = onExpire;
    this.#start();
  }

  /** Does the work with the clock stopped. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    this.#holds += 1;
    if (this.#holds === 1) this.#stop();
    try {
      return await work();
    } finally {
      this.#holds -= 1;
      if (this.#holds === 0) this.#start();
    }
  }

  /** Stops the clock for good. */
  end(): void {
    this.#ended = true;
    this.#stop();
  }

  #stop(): void {
    if (this.#callOff === null) return;
    this.#callOff();
    this.#callOff = null;
    this.#leftMs -= performance.now() - this.#runningSince;
  }

  #start(): void {
    if (this.#ended) return;
    this.#runningSince = performance.now();
    this.#callOff = networkTimer(Math.max(0, this.#leftMs), this.#onExpire);
  }
}
