import type { SandboxClock } from '../clock.ts';

/** A finding in ASFF, its shape already checked. */
export type FindingRecord = Readonly<Record<string, unknown>>;

export interface StoredFinding {
  /** Order of arrival; what pages without a sort order go by. */
  readonly sequence: number;
  readonly key: string;
  record: FindingRecord;
  /** Provider's fields that a customer has set at the top level, which imports then leave alone. */
  readonly editedByCustomer: Set<string>;
  /** When an import last touched it, in milliseconds of the sandbox's clock; retention counts from here. */
  importedAt: number;
  /** Earlier states that a lagging reader may still see, oldest first; null is "not there yet". */
  readonly versions: { readonly at: number; readonly record: FindingRecord | null }[];
}

const DAY = 86_400_000;
const ACTIVE_KEPT = 90 * DAY;
const ARCHIVED_KEPT = 30 * DAY;
/** The longest lag that a reader can ask for. */
const LONGEST_LAG = 15 * 60_000;

/** The findings of one account in one Region. */
export class FindingStore {
  readonly #clock: SandboxClock;
  readonly #byKey = new Map<string, StoredFinding>();
  #sequence = 0;
  #sweptAt: number;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
    this.#sweptAt = clock.now();
  }

  find(productArn: unknown, id: unknown): StoredFinding | undefined {
    this.#sweep();
    const found = this.#byKey.get(findingKey(productArn, id));
    return found !== undefined && this.#expired(found) ? undefined : found;
  }

  /** Stores what an import made of a finding. */
  import(record: FindingRecord): void {
    const now = this.#clock.now();
    const existing = this.find(record['ProductArn'], record['Id']);
    if (existing !== undefined) {
      existing.importedAt = now;
      this.replace(existing, record);
      return;
    }
    const key = findingKey(record['ProductArn'], record['Id']);
    this.#sequence += 1;
    // An expired one of the same name goes first, so that the new one is last in order.
    this.#byKey.delete(key);
    this.#byKey.set(key, {
      sequence: this.#sequence,
      key,
      record,
      editedByCustomer: new Set(),
      importedAt: now,
      versions: [
        { at: Number.NEGATIVE_INFINITY, record: null },
        { at: now, record },
      ],
    });
  }

  /** Puts a new state in the place of a finding's present one. */
  replace(finding: StoredFinding, record: FindingRecord): void {
    const now = this.#clock.now();
    finding.record = record;
    // Of several states at one moment only the last can be seen.
    if (finding.versions.at(-1)?.at === now) finding.versions.pop();
    finding.versions.push({ at: now, record });
    while ((finding.versions[1]?.at ?? Number.POSITIVE_INFINITY) <= now - LONGEST_LAG)
      finding.versions.shift();
  }

  /** What a reader that is `lagMs` behind sees, in order of arrival. */
  *visible(lagMs: number): Generator<{ sequence: number; record: FindingRecord }> {
    this.#sweep();
    const until = this.#clock.now() - Math.min(lagMs, LONGEST_LAG);
    for (const finding of this.#byKey.values()) {
      if (this.#expired(finding)) continue;
      const record =
        lagMs === 0 ? finding.record : finding.versions.findLast(({ at }) => at <= until)?.record;
      if (record !== null && record !== undefined) yield { sequence: finding.sequence, record };
    }
  }

  #expired(finding: StoredFinding): boolean {
    const kept = finding.record['RecordState'] === 'ARCHIVED' ? ARCHIVED_KEPT : ACTIVE_KEPT;
    return this.#clock.now() - finding.importedAt >= kept;
  }

  /** Frees what retention has deleted; once a day is often enough for memory's sake. */
  #sweep(): void {
    const now = this.#clock.now();
    if (now - this.#sweptAt < DAY) return;
    this.#sweptAt = now;
    for (const finding of this.#byKey.values()) if (this.#expired(finding)) this.#byKey.delete(finding.key);
  }
}

function findingKey(productArn: unknown, id: unknown): string {
  return JSON.stringify([productArn, id]);
}
