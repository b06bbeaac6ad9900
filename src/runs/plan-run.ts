import { discoverRegion } from '../discovery/discover-region.ts';
import { enabledRegions } from '../discovery/enabled-regions.ts';
import { PermanentError, PicketError } from '../domain/errors.ts';
import type { Run } from '../domain/run.ts';
import { planCoverage } from '../ledger/coverage.ts';
import { markUnseenGone, saveEndpoints, unknownInSelection } from '../ledger/endpoints.ts';
import { addProblem } from '../ledger/runs.ts';
import type { RunContext } from './context.ts';
import { profileOf } from './profile-of.ts';

/** Endpoints in one job of the scan queue. */
export const CHUNK_SIZE = 50;
/** Chunks that one statement plans. */
const PLAN_AT_ONCE = 20;

/**
 * Finds the account's endpoints and plans the run over those that it selects.
 *
 * A Region that cannot be read is no failure of the run: its known endpoints are planned as not covered, with the
 * reason. Raises `profile-unknown` or `selection-unknown`, both permanent, when the request names a profile or
 * endpoints that there are not; nothing is planned then. Safe to repeat.
 *
 * @returns the number of chunks, numbered from 0.
 */
export async function planRun(context: RunContext, run: Run, signal: AbortSignal): Promise<number> {
  profileOf(context, run);
  const unreadRegions = await discover(context, run.id, signal);
  await refuseUnknown(context, run);
  return planEndpoints(context, run, unreadRegions, signal);
}

/** Brings the ledger's endpoints up to date; returns why, for each Region that could not be read. */
async function discover(
  context: RunContext,
  runId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { aws, identity, database, settings } = context;
  const unread = new Map<string, string>();
  const configured = settings.regions === 'all' ? [] : settings.regions;
  const { regions, problems } = await enabledRegions(aws, configured, signal);
  for (const problem of problems) await addProblem(database, runId, problem);
  for (const region of regions) {
    signal.throwIfAborted();
    // One instant for the whole reading: what another run has seen since then is not gone.
    const seenAt = context.now().toISOString();
    try {
      for await (const endpoints of discoverRegion(aws, identity, region, signal)) {
        await saveEndpoints(database, endpoints, { runId, seenAt });
      }
      await markUnseenGone(database, {
        accountId: identity.accountId,
        region,
        runId,
        at: seenAt,
      });
    } catch (error) {
      // A permission that is missing in one Region must not hide the others; what may pass is tried again whole.
      if (!(error instanceof PicketError) || error.retryable) throw error;
      unread.set(region, error.message);
      await addProblem(database, runId, `Region ${region} is not covered: ${error.message}`);
      context.logger.warn({ runId, region, code: error.code }, error.message);
    }
  }
  return unread;
}

async function refuseUnknown(context: RunContext, run: Run): Promise<void> {
  const unknown = await unknownInSelection(context.database, run.selection);
  const names = [...unknown.instances, ...unknown.endpoints];
  if (names.length === 0) return;
  throw new PermanentError('selection-unknown', {
    what: 'Scan request refused, nothing was scanned',
    where: 'select',
    got: names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : ''),
    expected: 'only instances and endpoints that discovery has found in this account',
  });
}

async function planEndpoints(
  context: RunContext,
  run: Run,
  unreadRegions: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<number> {
  let chunks = 0;
  let after: string | null = null;
  for (;;) {
    signal.throwIfAborted();
    const { endpoints, last } = await planCoverage(context.database, {
      runId: run.id,
      selection: run.selection,
      after,
      limit: PLAN_AT_ONCE * CHUNK_SIZE,
      firstChunk: chunks,
      chunkSize: CHUNK_SIZE,
      notCovered: unreadRegions,
    });
    if (endpoints === 0) return chunks;
    chunks += Math.ceil(endpoints / CHUNK_SIZE);
    after = last;
  }
}
