export interface MemoryUse {
  /** Megabytes of the whole process at its highest, above where it began. */
  readonly residentMb: number;
  /** Megabytes of buffers and heap at their highest, above where they began. */
  readonly heldMb: number;
}

const everyMs = 10;
const megabyte = 1024 * 1024;

/** Watches this process's memory from its making until `stop`. */
export class MemoryMeter {
  readonly #before: { readonly resident: number; readonly held: number };
  readonly #timer: NodeJS.Timeout;
  #resident = 0;
  #held = 0;

  constructor() {
    globalThis.gc?.();
    this.#before = measure();
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  stop(): MemoryUse {
    clearInterval(this.#timer);
    this.#look();
    const above = (highest: number, before: number): number =>
      Math.round(Math.max(0, highest - before) / megabyte);
    return {
      residentMb: above(this.#resident, this.#before.resident),
      heldMb: above(this.#held, this.#before.held),
    };
  }

  #look(): void {
    const { resident, held } = measure();
    this.#resident = Math.max(this.#resident, resident);
    this.#held = Math.max(this.#held, held);
  }
}

function measure(): { resident: number; held: number } {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, held: heapUsed + external };
}
