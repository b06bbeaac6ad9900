import { alerts, type AcceptedAnswer } from './answer.ts';
import type { Hello, Manner } from './client-hello.ts';
import { dealt, groupedBy, type Enumeration } from './enumeration.ts';
import { groupsBeforeTls13, groupsOfTls13 } from './groups.ts';
import type { KeyShares } from './key-shares.ts';
import { cipherOf, isDhe, keyExchangeOf, secretOf, suitesOf } from './suites.ts';
import { versionNumber, versionOf, type Version } from './versions.ts';

/** Some servers choke on more suites at once than they have room for. */
const maxLot = 120;

/** What most servers take, by key exchange, in lots of their own; the last is the one that servers choose and fail at. */
const common = [/^ECDHE(?!_PSK)/, /^RSA(?!_PSK)/, /^DHE_(?!PSK)/];

/** A hello that was accepted, for what it tells of the server's preference. */
export interface Choice {
  readonly offered: readonly number[];
  readonly chosen: number;
}

/** What all enumerations of one server know together. */
export interface ServerWide {
  readonly serverName: string | null;
  readonly keyShares: KeyShares;
  /** Suites accepted before TLS 1.3, in whatever version: good guesses in the others. */
  readonly likely: Set<number>;
}

/** Which suites the server accepts in one version. */
export class SuiteEnumeration implements Enumeration {
  readonly version: Version;
  readonly choices: Choice[] = [];
  /** With the size of the Diffie-Hellman prime, where there is one and it was read. */
  readonly accepted = new Map<number, number | null>();
  readonly answers: AcceptedAnswer[] = [];
  manner: Manner;
  /** Whether the server said that it does not speak the version at all. */
  #refused = false;
  #hushed = false;
  readonly #shared: ServerWide;

  constructor(version: Version, manner: Manner, shared: ServerWide) {
    this.version = version;
    this.manner = manner;
    this.#shared = shared;
  }

  get over(): boolean {
    return this.#refused;
  }

  get hushed(): boolean {
    return this.#hushed && this.accepted.size === 0;
  }

  /** Some do not answer at all in versions that they do not speak, which takes long enough to find out once. */
  hush(): void {
    this.#hushed = true;
  }

  /** All suites that are not accepted yet, in lots, the likeliest first. */
  lots(): number[][] {
    const left = suitesOf(this.version).filter((suite) => !this.accepted.has(suite));
    const ranked = groupedBy(groupedBy(left, keyExchangeOf).flat(), (suite) => String(rank(suite)));
    return ranked.toSorted(([left = 0], [right = 0]) => rank(left) - rank(right)).flatMap(inPieces);
  }

  hello(items: readonly number[]): Hello {
    const { serverName, keyShares } = this.#shared;
    const groups = (this.version === 'TLSv1.3' ? groupsOfTls13 : groupsBeforeTls13).flat();
    return { version: this.version, suites: items, groups, serverName, manner: this.manner, keyShares };
  }

  readOn(suite: number): boolean {
    return this.version !== 'TLSv1.3' && isDhe(suite);
  }

  choose(items: readonly number[], answer: AcceptedAnswer): number | null {
    const { version, suite } = answer.hello;
    if (version !== versionNumber(this.version)) {
      // Servers that do not speak a version answer with the next lower that they do.
      if (versionOf(version) !== undefined && this.accepted.size === 0) this.#refused = true;
      return null;
    }
    if (!items.includes(suite)) return null;
    this.accepted.set(suite, answer.keyExchange?.dhBits ?? null);
    this.choices.push({ offered: items, chosen: suite });
    this.answers.push(answer);
    if (this.version !== 'TLSv1.3') this.#shared.likely.add(suite);
    return suite;
  }

  refuse(alert: number): void {
    if (alert === alerts.protocolVersion && this.accepted.size === 0) this.#refused = true;
  }

  divide(items: readonly number[], helpers: number): readonly (readonly number[])[] {
    if (helpers === 0) return [items];
    const likely = items.filter((suite) => this.#shared.likely.has(suite));
    if (likely.length === 0) return dealt(items, 2);
    const others = items.filter((suite) => !this.#shared.likely.has(suite));
    // A lot of which everything is accepted costs no refusal, so those that probably are go together.
    return [...dealt(likely, others.length === 0 ? helpers + 1 : helpers), others].filter(
      ({ length }) => length > 0,
    );
  }

  /** First the same again; then what fails alone must not take others with it. */
  retries(items: readonly number[], level: number): readonly (readonly number[])[] {
    if (level === 0) return [items];
    const kinds = this.version === 'TLSv1.3' ? [blockOf, String] : [secretOf, keyExchangeOf, cipherOf];
    const kind = kinds[level - 1];
    return kind === undefined ? [] : groupedBy(items, kind);
  }
}

/** Code points of one registration. */
function blockOf(suite: number): string {
  return String(suite >> 8);
}

function rank(suite: number): number {
  const at = common.findIndex((pattern) => pattern.test(keyExchangeOf(suite)));
  return at === -1 ? common.length : at;
}

function inPieces(items: readonly number[]): number[][] {
  const pieces = Math.ceil(items.length / maxLot);
  const size = Math.ceil(items.length / pieces);
  return Array.from({ length: pieces }, (_, index) => items.slice(index * size, (index + 1) * size));
}
