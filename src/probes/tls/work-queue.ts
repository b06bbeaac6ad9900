/** A piece of work, which may add more. */
export type Work = () => Promise<void>;

/** Work that is done by several at a time, in the order in which it waits. */
export class WorkQueue {
  readonly #workers: number;
  readonly #waiting: Work[] = [];
  #active = 0;
  #stopped = false;
  #failed: unknown = null;
  #settle: (() => void) | null = null;

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** How many more could be at work than there is work for. */
  get idle(): number {
    return Math.max(0, this.#workers - this.#active - this.#waiting.length);
  }

  add(work: Work): void {
    if (this.#stopped) return;
    this.#waiting.push(work);
    this.#pumpIfRunning();
  }

  /** Before all that waits: for the next of what can only be done one after the other. */
  addFirst(work: Work): void {
    if (this.#stopped) return;
    this.#waiting.unshift(work);
    this.#pumpIfRunning();
  }

  #pumpIfRunning(): void {
    if (this.#settle !== null) this.#pump();
  }

  /** Drops what waits, and whatever is added from now on. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
  }

  /** Resolves when all is done, what was added meanwhile included; rejects with the first error, once all have ended. */
  async drain(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.#pump();
    });
    this.#settle = null;
    if (this.#failed !== null) throw this.#failed;
  }

  #pump(): void {
    while (this.#active < this.#workers) {
      const work = this.#waiting.shift();
      if (work === undefined) break;
      this.#active += 1;
      void this.#do(work);
    }
    if (this.#active === 0) this.#settle?.();
  }

  async #do(work: Work): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failed ??= error;
      this.stop();
    } finally {
      this.#active -= 1;
      this.#pump();
    }
  }
}
