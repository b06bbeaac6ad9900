import { lotsOf, type Lot } from './enumeration.ts';
import { GroupEnumeration } from './group-enumeration.ts';
import type { ServerWide, SuiteEnumeration } from './suite-enumeration.ts';
import { isEcdhe, isEcdsa } from './suites.ts';
import type { Version } from './versions.ts';

/** Decides of which versions the groups are asked for: of TLS 1.3, and of the newest one before that has any. */
export class GroupQuestions {
  readonly #suites: readonly SuiteEnumeration[];
  readonly #shared: ServerWide;
  readonly #asked = new Map<Version, GroupEnumeration>();
  /** Whether TLS 1.3 is spoken in a manner in which its groups cannot be asked for. */
  #outOfReach = false;

  /** `suites` become known while the questions are asked. */
  constructor(suites: readonly SuiteEnumeration[], shared: ServerWide) {
    this.#suites = suites;
    this.#shared = shared;
  }

  get asked(): readonly GroupEnumeration[] {
    return [...this.#asked.values()];
  }

  get outOfReach(): boolean {
    return this.#outOfReach;
  }

  /** Lots that there is reason to ask for now. `atLast` when no more suites will be found. */
  next(atLast: boolean): readonly Lot[] {
    return [...this.#modern(), ...this.#old(atLast)];
  }

  #modern(): readonly Lot[] {
    const modern = this.#accepted('TLSv1.3');
    if (modern === undefined || this.#asked.has('TLSv1.3') || this.#outOfReach) return [];
    // It would take the groups for a retry, which such a server does not ask for.
    this.#outOfReach = modern.manner === 'bare';
    return this.#outOfReach ? [] : this.#ask(modern, [...modern.accepted.keys()]);
  }

  /** TLS 1.2 is asked early, as soon as suites are known that are good to ask with; older ones when it has none. */
  #old(atLast: boolean): readonly Lot[] {
    if (this.asked.some(({ version }) => version !== 'TLSv1.3')) return [];
    const newest: readonly Version[] = atLast ? ['TLSv1.2', 'TLSv1.1', 'TLSv1'] : ['TLSv1.2'];
    for (const version of newest) {
      const enumeration = this.#accepted(version);
      const suites = [...(enumeration?.accepted.keys() ?? [])].filter(isEcdhe);
      // With ECDSA the certificate's curve is in the way.
      const good = suites.some((suite) => !isEcdsa(suite));
      if (enumeration === undefined || suites.length === 0 || enumeration.manner === 'bare') continue;
      if (good || atLast) return this.#ask(enumeration, suites);
    }
    return [];
  }

  #accepted(version: Version): SuiteEnumeration | undefined {
    return this.#suites.find((one) => one.version === version && one.accepted.size > 0);
  }

  #ask({ version }: SuiteEnumeration, suites: readonly number[]): Lot[] {
    const enumeration = new GroupEnumeration({ version, suites }, this.#shared);
    this.#asked.set(version, enumeration);
    return lotsOf(enumeration);
  }
}
