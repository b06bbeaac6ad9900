import type { CvssScore, Configuration, Exploitation, Prediction } from './vulnerability.ts';

/** National Vulnerability Database, CISA's Known Exploited Vulnerabilities, Exploit Prediction Scoring System. */
export type FeedKind = 'nvd' | 'kev' | 'epss';

/** A vulnerability as a file of NVD has it. */
export interface ListedVulnerability {
  readonly cve: string;
  /** ISO 8601, UTC. */
  readonly modifiedAt: string;
  readonly cvss: CvssScore | null;
  /** `vendor:product` of all that is vulnerable; empty for one that was withdrawn or not analysed yet. */
  readonly products: readonly string[];
  readonly configurations: readonly Configuration[];
}

/** Part of a feed's entries, of the kind of the feed. */
export type FeedEntries =
  | { readonly kind: 'nvd'; readonly entries: readonly ListedVulnerability[] }
  | { readonly kind: 'kev'; readonly entries: readonly Exploitation[] }
  | { readonly kind: 'epss'; readonly entries: readonly (Prediction & { readonly cve: string })[] };

/** A file of a feed that is in use. Times are ISO 8601, UTC. */
export interface Feed {
  readonly kind: FeedKind;
  /** Of the file, without its ending. */
  readonly name: string;
  /** The directory or URL that it came from. */
  readonly source: string;
  readonly sha256: string | null;
  /** When its publisher made it. */
  readonly publishedAt: string | null;
  readonly loadedAt: string;
  /** When it was last found to be the newest that its source has. */
  readonly checkedAt: string;
  readonly entries: number;
}

/** Where a feed's entries are put: the ledger, in this process or behind a service. Plain JSON in and out. */
export interface FeedStore {
  feeds(input: Record<string, never>): Promise<Feed[]>;
  /** Begins to load a file beside the one in use. */
  beginFeed(input: { kind: FeedKind; name: string; source: string }): Promise<{ id: number }>;
  fillFeed(input: { id: number } & FeedEntries): Promise<{ added: number }>;
  /** Puts the file in the place of the one in use, at once. `entries` is how many were added in all. */
  completeFeed(input: {
    id: number;
    entries: number;
    sha256: string | null;
    publishedAt: string | null;
  }): Promise<null>;
  discardFeed(input: { id: number }): Promise<null>;
  /** Notes that the file in use is still the newest. */
  confirmFeed(input: { name: string }): Promise<null>;
}

/** What became of one feed at a source. */
export interface FeedOutcome {
  readonly name: string;
  readonly outcome: 'loaded' | 'unchanged' | 'failed';
  readonly entries: number;
  /** Why it failed, in a sentence; what was left out of it, if anything; null otherwise. */
  readonly detail: string | null;
  readonly milliseconds: number;
}
