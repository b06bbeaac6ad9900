import type { ProductName } from '../domain/software.ts';

/** How a product gives itself away in a fact. */
export interface Fingerprint extends ProductName {
  readonly id: string;
  /** What people call the product. */
  readonly name: string;
  readonly part: 'a' | 'o' | 'h';
  readonly aliases: readonly ProductName[];
  /** Where to look, as `probe.fact`; see {@link textsOf}. */
  readonly facts: readonly string[];
  /** RE2; the groups `version` and `update` are what they say. */
  readonly pattern: string;
  /** For a pattern that stands for one version. */
  readonly version: string | null;
  /** Versions that distributions maintain for years under the vendor's number, without showing a mark of theirs. */
  readonly distributionVersions: readonly string[];
}

/** How a distribution, or a platform, gives itself away. */
export interface DistributionMark {
  readonly id: string;
  /** The distribution; null for a mark of a platform on which vendors' own builds run. */
  readonly name: string | null;
  readonly platform: string | null;
  readonly pattern: string;
}

/** All that software is recognised by. */
export interface FingerprintSet {
  readonly fingerprints: readonly Fingerprint[];
  /** Tried, in order and until one matches, only on texts in which none of the others found anything. */
  readonly fallback: readonly Fingerprint[];
  readonly marks: readonly DistributionMark[];
}
