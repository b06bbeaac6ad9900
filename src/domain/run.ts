import type { Selection } from './endpoint.ts';

/** What became of one endpoint in one run. */
export const coverageOutcomes = [
  /** Waiting for its turn. */
  'planned',
  /** Every planned port has an observation that says what is there. */
  'scanned',
  /** Some planned ports could not be observed. */
  'incomplete',
  /** No valid authorisation covers it; it got no packet. */
  'not-authorised',
  /** Left out by rule: managed by AWS, not running, excluded by the operator. */
  'excluded',
  /** The address was no longer the endpoint's; what was seen there was thrown away. */
  'moved',
  /** EC2 could not be read for it, so nothing is known. */
  'not-covered',
  /** A defect or an outage of our own. */
  'failed',
] as const;
export type CoverageOutcome = (typeof coverageOutcomes)[number];

export interface CoverageEntry {
  readonly runId: string;
  readonly endpointId: string;
  /** The public address at the time of the run. */
  readonly address: string;
  readonly outcome: CoverageOutcome;
  readonly reason: string | null;
  readonly portsPlanned: number;
  readonly portsOpen: number;
  /** Ports that accepted one connection and not the next; nothing is concluded from them. */
  readonly flickers: number;
}

export type RunStatus = 'planning' | 'running' | 'completed' | 'partial' | 'failed';

/** One execution of a schedule or of an ad-hoc request. */
export interface Run {
  readonly id: string;
  readonly trigger: 'schedule' | 'ad-hoc';
  /** The schedule's id, or who asked. */
  readonly requestedBy: string;
  /** Why, in the words of who asked. */
  readonly reason: string | null;
  readonly selection: Selection;
  readonly profile: string;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** One sentence each: Regions that could not be read, the error that ended the run… */
  readonly problems: readonly string[];
}

/** Counts over a run; the return value of its job. */
export interface RunSummary {
  readonly runId: string;
  readonly status: RunStatus;
  readonly coverage: Readonly<Record<CoverageOutcome, number>>;
  /** Ports that accepted one connection and not the next. */
  readonly flickers: number;
  readonly findings: {
    readonly opened: number;
    readonly reopened: number;
    readonly resolved: number;
    readonly open: number;
  };
  readonly problems: readonly string[];
}
