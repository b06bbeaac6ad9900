import type { Severity } from '../domain/check.ts';
import type { Endpoint, Selection } from '../domain/endpoint.ts';
import type { FeedStore } from '../domain/feed.ts';
import type { Finding, FindingState } from '../domain/finding.ts';
import type { CoverageEntry, CoverageOutcome, Run, RunSummary } from '../domain/run.ts';

interface Page {
  readonly after: string | null;
  readonly limit: number;
}

/** How far an ad-hoc request has come. */
export interface RunProgress {
  /** Null while no worker has taken it. */
  readonly run: Run | null;
  readonly coverage: Readonly<Record<CoverageOutcome, number>> | null;
  /** The sentence with which the queue gave the job up. */
  readonly failure: string | null;
  readonly workers: number;
}

/**
 * What commands ask of the ledger and the queue. Arguments and results are plain JSON, so that the same calls work in
 * this process and through a service that holds the data directory.
 */
export interface Operations extends FeedStore {
  requestScan(request: unknown): Promise<{ jobId: string; runId: string }>;
  runProgress(input: { jobId: string; runId: string }): Promise<RunProgress>;
  runs(input: { limit: number; before: string | null }): Promise<Run[]>;
  /** Takes an id or its beginning. */
  run(input: { id: string }): Promise<{ run: Run; summary: RunSummary }>;
  coverage(input: Page & { runId: string }): Promise<CoverageEntry[]>;
  endpoints(input: Page & { selection: Selection }): Promise<Endpoint[]>;
  findings(
    input: Page & {
      states?: FindingState[];
      severities?: Severity[];
      runId?: string;
      endpointIds?: string[];
    },
  ): Promise<Finding[]>;
  finding(input: { id: string }): Promise<Finding>;
  publication(input: Record<string, never>): Promise<{ waiting: number; rejected: number }>;
}

export const operationNames = [
  'requestScan',
  'runProgress',
  'runs',
  'run',
  'coverage',
  'endpoints',
  'findings',
  'finding',
  'publication',
  'feeds',
  'beginFeed',
  'fillFeed',
  'completeFeed',
  'discardFeed',
  'confirmFeed',
] as const satisfies readonly (keyof Operations)[];
