import type { Endpoint } from '../domain/endpoint.ts';
import { RetryableError } from '../domain/errors.ts';
import { planPorts } from '../domain/port-plan.ts';
import type { CoverageEntry, Run } from '../domain/run.ts';
import { recordOutcomes } from '../ledger/coverage.ts';
import { pendingEndpoints } from '../ledger/endpoints.ts';
import { scanEndpoint } from '../scanner/scan-endpoint.ts';
import type { Clearance } from '../scope/target.ts';
import { trustedCasFor } from '../scope/trusted-cas.ts';
import type { RunContext } from './context.ts';
import { keepLeases } from './keep-leases.ts';
import { namesOf } from './names-of.ts';
import { profileOf } from './profile-of.ts';
import { storeScans } from './store-scans.ts';
import type { EndpointScan } from './store-scans.ts';
import { takeInTurn } from './take-in-turn.ts';

/** Scanned endpoints that are confirmed and stored together. */
const STORE_AT_ONCE = 50;
/** What has been seen waits at most this long for company before it is stored. */
const STORE_AFTER_MS = 2000;

/**
 * Scans those endpoints of a chunk that the ledger still has as planned, and stores what was seen.
 *
 * Safe to repeat: it goes on after the last endpoint that the ledger has. When `signal` is aborted, endpoints that
 * are done are stored and the others stay planned for whoever takes the chunk next.
 *
 * @returns whether the chunk is complete.
 */
export async function scanChunk(
  context: RunContext,
  { run, chunk }: { readonly run: Run; readonly chunk: number },
  signal: AbortSignal,
): Promise<boolean> {
  const { database, scope } = context;
  const profile = profileOf(context, run);
  const pending = await pendingEndpoints(database, run.id, chunk);
  if (pending.length === 0) return true;
  const known = new Map(pending.map((one) => [one.endpoint.id, one]));

  const cleared: Clearance[] = [];
  const refused: CoverageEntry[] = [];
  for (const result of await scope.clear(pending.map(({ endpoint }) => endpoint))) {
    if (result.outcome === 'cleared') cleared.push(result.clearance);
    else refused.push(outcomeOf(run, result.endpoint, result.outcome, result.reason));
  }
  await recordOutcomes(database, refused);

  const leases = keepLeases(cleared, context);
  try {
    await takeInTurn(cleared, {
      atOnce: profile.endpointsAtOnce,
      signal,
      work: async (clearance): Promise<EndpointScan | null> => {
        const ports = planPorts({
          endpoint: clearance.endpoint,
          profile,
          catalogue: context.settings.ports,
          portsWithOpenFindings: known.get(clearance.endpoint.id)?.openPorts ?? [],
        });
        try {
          const { observations, flickers } = await scanEndpoint({
            clearance,
            ports,
            probes: context.probes,
            names: namesOf(clearance.endpoint, known.get(clearance.endpoint.id)?.openDiscriminators ?? []),
            trustedCas: trustedCasFor(context.settings.trust, clearance.endpoint),
            portCatalogue: context.settings.ports,
            profile,
            pacing: context.pacing,
            dial: context.dial,
            dialDatagram: context.dialDatagram,
            canary: context.canary,
            signal,
            now: () => context.now().getTime(),
            userAgent: context.userAgent,
          });
          // Half an endpoint is no evidence; it stays planned.
          return signal.aborted ? null : { clearance, ports, observations, flickers, lapse: null };
        } catch (error) {
          if (!(error instanceof RetryableError) || error.code !== 'scope-lease-expired') throw error;
          return { clearance, ports, observations: [], flickers: [], lapse: error.message };
        }
      },
      store: (scans) => storeScans(context, run, scans),
      storeAtOnce: STORE_AT_ONCE,
      storeAfterMs: STORE_AFTER_MS,
    });
  } finally {
    leases.stop();
  }
  return !signal.aborted;
}

function outcomeOf(
  run: Run,
  endpoint: Endpoint,
  outcome: CoverageEntry['outcome'],
  reason: string | null,
  ports: { readonly planned: number; readonly open: number } = { planned: 0, open: 0 },
): CoverageEntry {
  return {
    runId: run.id,
    endpointId: endpoint.id,
    address: endpoint.address,
    outcome,
    reason,
    portsPlanned: ports.planned,
    portsOpen: ports.open,
    flickers: 0,
  };
}
