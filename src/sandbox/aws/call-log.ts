/** One request that reached the sandbox, for assertions. */
export interface RecordedCall {
  readonly service: string;
  readonly action: string;
  readonly region: string;
  /** Empty when the caller could not be told. */
  readonly account: string;
  /** Milliseconds of the sandbox's clock. */
  readonly at: number;
  /** `ok`, the error's code, `dropped` (connection cut) or `unanswered` (done, but the answer withheld). */
  readonly outcome: string;
}

const KEPT = 100_000;

/** The latest calls, oldest first; bounded, so that a sandbox may run for days. */
export class CallLog {
  #calls: RecordedCall[] = [];

  record(call: RecordedCall): void {
    this.#calls.push(call);
    if (this.#calls.length > KEPT * 1.1) this.#calls = this.#calls.slice(-KEPT);
  }

  /** The calls that match every given field. */
  of(match: Partial<RecordedCall> = {}): readonly RecordedCall[] {
    const wanted = Object.entries(match) as [keyof RecordedCall, unknown][];
    return this.#calls.filter((call) => wanted.every(([field, value]) => call[field] === value));
  }

  clear(): void {
    this.#calls = [];
  }
}
