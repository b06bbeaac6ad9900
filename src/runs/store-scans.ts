import { derivations } from '../derivations/derivations.ts';
import { advanceFindings } from '../domain/finding-life.ts';
import type { PortEvidence } from '../domain/finding-life.ts';
import type { Finding } from '../domain/finding.ts';
import type { Observation } from '../domain/observation.ts';
import type { PlannedPort } from '../domain/port-plan.ts';
import type { CoverageEntry, Run } from '../domain/run.ts';
import { recordOutcomes } from '../ledger/coverage.ts';
import { findingsForUpdate, saveFindings } from '../ledger/findings.ts';
import { saveObservations } from '../ledger/observations.ts';
import type { Clearance } from '../scope/target.ts';
import { approvedIn } from '../scope/approved-ports.ts';
import type { Intelligence } from '../vulnerabilities/intelligence.ts';
import { classify, isPortState } from './classify.ts';
import type { RunContext } from './context.ts';
import { intelligenceFor } from './intelligence-for.ts';

/** What was seen at one endpoint. */
export interface EndpointScan {
  readonly clearance: Clearance;
  readonly ports: readonly PlannedPort[];
  readonly observations: readonly Observation[];
  /** Ports that accepted once and not again. */
  readonly flickers: readonly PlannedPort[];
  /** Why the scan broke off, when the proof of ownership ran out before its end. */
  readonly lapse: string | null;
}

/**
 * Reads ownership once more and stores what was seen at addresses that are still the endpoint's own: observations,
 * the findings that follow from them, and the outcome, in one transaction. What was seen at any other is thrown away.
 */
export async function storeScans(
  context: RunContext,
  run: Run,
  scans: readonly EndpointScan[],
): Promise<void> {
  const confirmed = await context.scope.confirm(scans.map(({ clearance }) => clearance));
  const owned: EndpointScan[] = [];
  const outcomes: CoverageEntry[] = [];
  for (const scan of scans) {
    const { endpoint } = scan.clearance;
    const entry = (outcome: CoverageEntry['outcome'], reason: string | null): void => {
      const open = scan.observations.filter(
        (observation) => isPortState(observation) && observation.status === 'answered',
      ).length;
      outcomes.push({
        runId: run.id,
        endpointId: endpoint.id,
        address: endpoint.address,
        outcome,
        reason,
        portsPlanned: scan.ports.length,
        flickers: scan.flickers.length,
        portsOpen: outcome === 'scanned' || outcome === 'incomplete' ? open : 0,
      });
    };
    switch (confirmed.get(endpoint.id)) {
      case 'owned': {
        owned.push(scan);
        const gap = scan.lapse ?? gapIn(scan);
        entry(gap === null ? 'scanned' : 'incomplete', gap);
        break;
      }
      case 'moved':
        entry(
          'moved',
          `${endpoint.address} was given to something else during the scan; what was seen there is thrown away`,
        );
        break;
      default:
        entry(
          'not-covered',
          `EC2 could not confirm after the scan that ${endpoint.address} is still the endpoint's own; what was seen there is thrown away`,
        );
    }
  }

  const at = context.now();
  const intelligence = await intelligenceFor(
    context,
    owned.flatMap(({ observations }) => observations),
  );
  await context.database.transaction(async (tx) => {
    const previous = groupByEndpoint(
      await findingsForUpdate(
        tx,
        owned.map(({ clearance }) => clearance.endpoint.id),
      ),
    );
    const changed = owned.flatMap((scan) =>
      advanceFindings({
        endpoint: scan.clearance.endpoint,
        previous: previous.get(scan.clearance.endpoint.id) ?? [],
        evidence: evidenceOf(context, scan, intelligence),
        runId: run.id,
        at,
      }),
    );
    await saveFindings(tx, changed);
    await saveObservations(
      tx,
      run.id,
      owned.flatMap(({ observations }) => observations),
    );
    await recordOutcomes(tx, outcomes);
  });
}

/** Why not every planned port has an observation that says what is there; null when every one has. */
function gapIn({ ports, observations }: EndpointScan): string | null {
  const said = new Set(
    observations
      .filter(({ status }) => status !== 'failed' && status !== 'halted' && status !== 'moved')
      .map(({ transport, port }) => `${transport}/${port}`),
  );
  const missing = ports.filter(({ transport, port }) => !said.has(`${transport}/${port}`));
  if (missing.length === 0) return null;
  const why = observations.find(
    ({ port, transport }) => port === missing[0]?.port && transport === missing[0]?.transport,
  );
  const named = missing.slice(0, 5).map(({ transport, port }) => `${transport}/${port}`);
  return `${missing.length} of ${ports.length} ports could not be observed (${named.join(', ')}${missing.length > 5 ? '…' : ''}): ${why?.detail ?? 'no observation'}`;
}

function evidenceOf(
  context: RunContext,
  scan: EndpointScan,
  intelligence: Intelligence,
): readonly PortEvidence[] {
  const { settings, logger } = context;
  const { endpoint } = scan.clearance;
  const { evidence, failures } = classify({
    checks: settings.checks,
    derivations,
    endpoint,
    observations: scan.observations,
    flickers: scan.flickers,
    approved: (transport, port) => approvedIn(settings.approvedPorts, endpoint, transport, port),
    intelligence,
  });
  for (const error of failures) logger.error({ code: error.code }, error.message);
  return evidence;
}

function groupByEndpoint(findings: readonly Finding[]): ReadonlyMap<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.endpointId);
    if (group === undefined) groups.set(finding.endpointId, [finding]);
    else group.push(finding);
  }
  return groups;
}
