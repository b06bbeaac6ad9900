import type { AcceptedAnswer } from './answer.ts';
import type { Hello } from './client-hello.ts';
import { dealt, groupedBy, type Enumeration } from './enumeration.ts';
import { certificateCurves, groupOf, groupsBeforeTls13, groupsOfTls13 } from './groups.ts';
import { isEcdhe, isEcdsa } from './suites.ts';
import type { ServerWide } from './suite-enumeration.ts';
import { versionNumber, type Version } from './versions.ts';

export interface GroupQuestion {
  readonly version: Version;
  /** Suites that the server has accepted in the version and whose key exchange is in a group of its choice. */
  readonly suites: readonly number[];
}

/** Which groups the server exchanges keys in, in one version. */
export class GroupEnumeration implements Enumeration {
  readonly version: Version;
  readonly over = false;
  readonly hushed = false;
  readonly accepted = new Set<number>();
  readonly #suites: readonly number[];
  readonly #shared: ServerWide;
  /** Before TLS 1.3 the list is also about the curve of an ECDSA certificate, which therefore has to stay on it. */
  readonly #onCurve: boolean;

  constructor({ version, suites }: GroupQuestion, shared: ServerWide) {
    this.version = version;
    this.#shared = shared;
    const free = version === 'TLSv1.3' ? suites : suites.filter((suite) => !isEcdsa(suite));
    this.#onCurve = free.length === 0;
    this.#suites = this.#onCurve ? suites : free;
  }

  lots(): readonly (readonly number[])[] {
    const lots = this.version === 'TLSv1.3' ? groupsOfTls13 : groupsBeforeTls13;
    return this.#onCurve ? [lots.flat()] : lots;
  }

  hello(items: readonly number[]): Hello {
    const kept = this.#onCurve
      ? certificateCurves.filter((curve) => this.accepted.has(curve) && !items.includes(curve))
      : [];
    const { serverName, keyShares } = this.#shared;
    const { version } = this;
    return {
      version,
      suites: this.#suites,
      groups: [...items, ...kept],
      serverName,
      manner: 'full',
      keyShares,
    };
  }

  readOn(suite: number): boolean {
    return this.version !== 'TLSv1.3' && isEcdhe(suite);
  }

  choose(items: readonly number[], { hello, keyExchange }: AcceptedAnswer): number | null {
    if (hello.version !== versionNumber(this.version)) return null;
    const group = keyExchange?.curve ?? hello.group;
    if (group === null || !items.includes(group)) return null;
    this.accepted.add(group);
    return group;
  }

  refuse(): void {
    // That says all there is to say of the items.
  }

  hush(): void {
    // Others may be answered.
  }

  divide(items: readonly number[], helpers: number): readonly (readonly number[])[] {
    // Each lot that ends in a refusal costs one more question, so there are not to be many.
    return this.#onCurve ? [items] : dealt(items, Math.min(helpers + 1, Math.ceil(items.length / 3), 3));
  }

  retries(items: readonly number[], level: number): readonly (readonly number[])[] {
    if (level === 0) return [items];
    return level === 1 && !this.#onCurve ? groupedBy(items, (code) => groupOf(code)?.kind ?? '') : [];
  }
}
