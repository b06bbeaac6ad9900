import type { Observation } from '../domain/observation.ts';
import type { ProductName, Software } from '../domain/software.ts';
import type { Advisory, ReleaseCycles, VulnerabilityRecord } from '../domain/vulnerability.ts';

/** What there is to know of software, all of it read before anything is evaluated, so that evaluating is pure. */
export interface Intelligence {
  /** What the observations of one port give away of the software behind it. */
  identify(observations: readonly Observation[]): readonly Software[];
  /**
   * What the feeds know of a product's vulnerabilities; null when no feed of vulnerabilities was ever loaded, or the
   * product was not asked for when the intelligence was made.
   */
  vulnerabilitiesOf(product: ProductName): readonly VulnerabilityRecord[] | null;
  readonly advisories: readonly Advisory[];
  readonly releaseCycles: readonly ReleaseCycles[];
}

/** Knows nothing: no software is recognised. */
export const noIntelligence: Intelligence = {
  identify: () => [],
  vulnerabilitiesOf: () => null,
  advisories: [],
  releaseCycles: [],
};
