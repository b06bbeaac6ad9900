import { evaluate } from '../checks/evaluate.ts';
import type { Verdict } from '../domain/check.ts';
import { reachability } from '../domain/exposure.ts';
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
import type { RunContext } from './context.ts';

/** What was seen at one endpoint. */
export interface EndpointScan {
  readonly clearance: Clearance;
  readonly ports: readonly PlannedPort[];
  readonly observations: readonly Observation[];
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
        ({ probe, status }) => probe === 'tcp' && status === 'answered',
      ).length;
      outcomes.push({
        runId: run.id,
        endpointId: endpoint.id,
        address: endpoint.address,
        outcome,
        reason,
        portsPlanned: scan.ports.length,
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
  await context.database.transaction(async (tx) => {
    const previous = groupByEndpoint(
      await findingsForUpdate(
        tx,
        owned.map(({ clearance }) => clearance.endpoint.id),
      ),
    );
    const changed = owned.flatMap(({ clearance: { endpoint }, observations }) =>
      advanceFindings({
        endpoint,
        previous: previous.get(endpoint.id) ?? [],
        evidence: evidenceOf(context, { endpoint, observations }),
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
  { settings, logger }: RunContext,
  { endpoint, observations }: { endpoint: Clearance['endpoint']; observations: readonly Observation[] },
): PortEvidence[] {
  const verdicts = new Map<string, Verdict[]>();
  for (const observation of observations) {
    const evaluation = evaluate(settings.checks, observation);
    for (const { error } of evaluation.failures) logger.error({ code: error.code }, error.message);
    const key = `${observation.transport}/${observation.port}`;
    verdicts.set(key, [...(verdicts.get(key) ?? []), ...evaluation.verdicts]);
  }
  return observations
    .filter(({ probe }) => probe === 'tcp')
    .map(({ transport, port, status }) => ({
      transport,
      port,
      connection: status,
      reachability: reachability(endpoint.exposure, endpoint.family, transport, port),
      verdicts: verdicts.get(`${transport}/${port}`) ?? [],
    }));
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
