import { createHash } from 'node:crypto';
import type { Severity } from './check.ts';
import type { Endpoint } from './endpoint.ts';
import type { Reachability, Transport } from './exposure.ts';
import type { Facts } from './observation.ts';

export const findingStates = ['open', 'resolved', 'reopened', 'accepted'] as const;
export type FindingState = (typeof findingStates)[number];

/** What a finding's identity is built on: only what stays. */
export interface FindingIdentity {
  readonly endpointId: string;
  readonly transport: Transport;
  readonly port: number;
  readonly checkId: string;
  readonly discriminator: string;
}

/** Everything that a reader of the finding sees. A change here is what makes a finding worth sending again. */
export interface FindingContent {
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly rationale: string;
  readonly category: string;
  readonly remediation: { readonly text: string; readonly url?: string | undefined };
  readonly requirements: readonly string[];
  readonly probe: string;
  readonly evidence: Facts;
  readonly reachability: Reachability;
  /** The endpoint as it was when the finding was last seen, without its exposure. */
  readonly endpoint: Omit<Endpoint, 'exposure'>;
}

/** A check that fires at a target, with a life. */
export interface Finding extends FindingIdentity {
  /** Hash of the identity; see {@link findingId}. */
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly state: FindingState;
  readonly content: FindingContent;
  /** ISO 8601, UTC, milliseconds; as are all times here. */
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly timesSeen: number;
  /** When and on what evidence it was resolved; null while it is not. */
  readonly resolvedAt: string | null;
  readonly resolution: string | null;
  /** Consecutive runs in which the port was reachable neither by exposure nor by probe. */
  readonly unreachableRuns: number;
  readonly lastRunId: string;
  /** When state or content last changed; strictly later with every revision. */
  readonly updatedAt: string;
  /** Grows by one whenever state or content changes. */
  readonly revision: number;
  /** The revision that the destination has; 0 before the first. Publishing means closing the difference. */
  readonly publishedRevision: number;
}

/** 32 hexadecimal digits, the same for the same identity everywhere and always. */
export function findingId(identity: FindingIdentity): string {
  const parts = [
    identity.endpointId,
    identity.transport,
    String(identity.port),
    identity.checkId,
    identity.discriminator,
  ];
  return createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 32);
}

/** An account and a Region of Security Hub; findings go to those of their resource. */
export interface Destination {
  readonly accountId: string;
  readonly region: string;
}
