import type { Verdict } from './check.ts';
import type { Endpoint } from './endpoint.ts';
import type { Reachability, Transport } from './exposure.ts';
import { findingId } from './finding.ts';
import type { Finding, FindingContent, FindingState } from './finding.ts';
import type { ObservationStatus } from './observation.ts';

/** All that one run has learnt about one port of an endpoint. */
export interface PortEvidence {
  readonly transport: Transport;
  readonly port: number;
  /** What became of the attempt to connect: `answered` when the port is open. */
  readonly connection: ObservationStatus;
  /** Whether a second connection has confirmed that the port is open; a flicker is not. */
  readonly confirmed: boolean;
  readonly reachability: Reachability;
  /** One for each check of each probe that answered. */
  readonly verdicts: readonly Verdict[];
}

/** Runs in a row in which a port must be out of reach, by exposure and by probe, before its findings are resolved. */
const UNREACHABLE_RUNS_TO_RESOLVE = 2;

/** The only resolution that is a pass: the others say that the port is closed or out of reach, which proves less. */
export const FOUND_GOOD = 'observed again and found good';

/**
 * Moves the findings of one endpoint on by the evidence of one run. Pure.
 *
 * Returns the findings to store: those that are new or that the evidence speaks about. A finding on which there is
 * no evidence is not returned, and so stays as it is: nothing is ever resolved for not having been seen.
 */
export function advanceFindings(input: {
  readonly endpoint: Endpoint;
  /** All findings of the endpoint, whatever their state. */
  readonly previous: readonly Finding[];
  readonly evidence: readonly PortEvidence[];
  readonly runId: string;
  readonly at: Date;
}): Finding[] {
  const { endpoint, previous, evidence, runId, at } = input;
  const known = new Map(previous.map((finding) => [finding.id, finding]));
  const advanced = new Map<string, Finding>();

  for (const port of evidence) {
    for (const verdict of port.verdicts) {
      const identity = {
        endpointId: endpoint.id,
        transport: port.transport,
        port: port.port,
        checkId: verdict.check.id,
        discriminator: verdict.discriminator,
      };
      const id = findingId(identity);
      const before = known.get(id);
      if (verdict.fires) {
        // One connection that was accepted and none after it is no ground for a finding that was not there before.
        if (!port.confirmed && (before === undefined || before.state === 'resolved')) continue;
        advanced.set(
          id,
          seen(before, { ...identity, id }, contentOf(verdict, endpoint, port.reachability), runId, at),
        );
      } else {
        const good = verdict.others ? previous.filter((one) => isOf(one, port, verdict)) : [before];
        for (const one of good) {
          if (one !== undefined && one.state !== 'resolved' && !advanced.has(one.id)) {
            advanced.set(one.id, resolved(one, FOUND_GOOD, runId, at));
          }
        }
      }
    }
  }

  const evidenceOf = new Map(evidence.map((port) => [`${port.transport}/${port.port}`, port]));
  for (const finding of previous) {
    const port = evidenceOf.get(`${finding.transport}/${finding.port}`);
    if (finding.state === 'resolved' || port === undefined || advanced.has(finding.id)) continue;
    if (port.connection === 'refused') {
      advanced.set(finding.id, resolved(finding, 'the port refuses connections', runId, at));
    } else if (isOutOfReach(port)) {
      const unreachableRuns =
        finding.lastRunId === runId ? finding.unreachableRuns : finding.unreachableRuns + 1;
      advanced.set(
        finding.id,
        unreachableRuns >= UNREACHABLE_RUNS_TO_RESOLVE
          ? resolved(
              { ...finding, unreachableRuns },
              `out of reach by exposure and by probe in ${UNREACHABLE_RUNS_TO_RESOLVE} runs: ${port.reachability.reason}`,
              runId,
              at,
            )
          : { ...finding, unreachableRuns, lastRunId: runId },
      );
    }
  }
  return [...advanced.values()];
}

function isOf(finding: Finding, port: PortEvidence, { check }: Verdict): boolean {
  return finding.checkId === check.id && finding.transport === port.transport && finding.port === port.port;
}

function isOutOfReach(port: PortEvidence): boolean {
  const silent = port.connection === 'timed-out' || port.connection === 'unreachable';
  return silent && port.reachability.verdict === 'blocked';
}

function contentOf(verdict: Verdict, endpoint: Endpoint, reachability: Reachability): FindingContent {
  const { check } = verdict;
  const { exposure: _, ...rest } = endpoint;
  return {
    title: check.title,
    description: check.description,
    severity: verdict.severity,
    rationale: check.rationale,
    category: check.category,
    remediation: check.remediation,
    requirements: check.requirements,
    probe: check.probe,
    evidence: verdict.evidence,
    reachability,
    endpoint: rest,
  };
}

function seen(
  before: Finding | undefined,
  identity: Pick<Finding, 'id' | 'endpointId' | 'transport' | 'port' | 'checkId' | 'discriminator'>,
  content: FindingContent,
  runId: string,
  at: Date,
): Finding {
  const time = at.toISOString();
  if (before === undefined) {
    return {
      ...identity,
      accountId: content.endpoint.accountId,
      region: content.endpoint.region,
      state: 'open',
      content,
      firstSeenAt: time,
      lastSeenAt: time,
      timesSeen: 1,
      resolvedAt: null,
      resolution: null,
      unreachableRuns: 0,
      lastRunId: runId,
      updatedAt: time,
      revision: 1,
      publishedRevision: 0,
    };
  }
  const state: FindingState = before.state === 'resolved' ? 'reopened' : before.state;
  const again = {
    ...before,
    state,
    content,
    lastSeenAt: time,
    // The same run may be processed twice; it must count once.
    timesSeen:
      before.lastRunId === runId && before.state !== 'resolved' ? before.timesSeen : before.timesSeen + 1,
    resolvedAt: null,
    resolution: null,
    unreachableRuns: 0,
    lastRunId: runId,
  };
  const changed = state !== before.state || canonical(content) !== canonical(before.content);
  return changed ? revised(again, before, at) : again;
}

function resolved(before: Finding, resolution: string, runId: string, at: Date): Finding {
  const after: Finding = {
    ...before,
    state: 'resolved',
    resolvedAt: at.toISOString(),
    resolution,
    lastRunId: runId,
  };
  return revised(after, before, at);
}

/** Security Hub drops an update that is not strictly newer, so a clock that stood still must not lose one. */
function revised(after: Finding, before: Finding, at: Date): Finding {
  const earliest = Date.parse(before.updatedAt) + 1;
  return {
    ...after,
    updatedAt: new Date(Math.max(at.getTime(), earliest)).toISOString(),
    revision: before.revision + 1,
  };
}

/** JSON with the keys in order, so that a round trip through the database does not look like a change. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}
