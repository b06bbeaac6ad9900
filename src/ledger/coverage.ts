import { coverageOutcomes } from '../domain/run.ts';
import type { CoverageEntry, CoverageOutcome } from '../domain/run.ts';
import type { Queryable } from './database.ts';
import { lastByKey, toJson } from './values.ts';

/** An endpoint of a run before anything has happened to it; what is left out is `planned` with no ports yet. */
export type PlannedEntry = Pick<CoverageEntry, 'endpointId' | 'address'> &
  Partial<Omit<CoverageEntry, 'runId'>>;

/**
 * Puts endpoints into a chunk of a run, as one statement. Planning again moves those that still wait and leaves those
 * that have an outcome. `chunk` is null for endpoints that no job will scan; give them their outcome.
 */
export async function planCoverage(
  db: Queryable,
  runId: string,
  chunk: number | null,
  entries: readonly PlannedEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await db.query(
    `insert into picket.coverage as stored
       (run_id, endpoint_id, chunk, address, outcome, reason, ports_planned, ports_open)
     select $2, "endpointId", $3::integer, address, coalesce(outcome, 'planned'), reason,
       coalesce("portsPlanned", 0), coalesce("portsOpen", 0)
     from jsonb_to_recordset($1::jsonb) as entry (
       "endpointId" text, address text, outcome text, reason text, "portsPlanned" integer, "portsOpen" integer)
     order by "endpointId" collate "C"
     on conflict (run_id, endpoint_id) do update set
       chunk = excluded.chunk, address = excluded.address, outcome = excluded.outcome, reason = excluded.reason,
       ports_planned = excluded.ports_planned, ports_open = excluded.ports_open
     where stored.outcome = 'planned'`,
    [toJson(lastByKey(entries, ({ endpointId }) => endpointId)), runId, chunk],
  );
}

/** Ids of the chunk's endpoints that have no outcome yet, in order. */
export async function pendingOfChunk(db: Queryable, runId: string, chunk: number): Promise<string[]> {
  const { rows } = await db.query<{ endpointId: string }>(
    `select endpoint_id as "endpointId" from picket.coverage
     where run_id = $1 and chunk = $2::integer and outcome = 'planned' order by endpoint_id`,
    [runId, chunk],
  );
  return rows.map(({ endpointId }) => endpointId);
}

/** Writes what became of endpoints, of whatever runs, as one statement. The last word counts. */
export async function recordOutcomes(db: Queryable, entries: readonly CoverageEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const unique = lastByKey(entries, ({ runId, endpointId }) => JSON.stringify([runId, endpointId]));
  await db.query(
    `insert into picket.coverage (run_id, endpoint_id, address, outcome, reason, ports_planned, ports_open)
     select "runId", "endpointId", address, outcome, reason, "portsPlanned", "portsOpen"
     from jsonb_to_recordset($1::jsonb) as entry (
       "runId" text, "endpointId" text, address text, outcome text, reason text,
       "portsPlanned" integer, "portsOpen" integer)
     order by "runId" collate "C", "endpointId" collate "C"
     on conflict (run_id, endpoint_id) do update set
       address = excluded.address, outcome = excluded.outcome, reason = excluded.reason,
       ports_planned = excluded.ports_planned, ports_open = excluded.ports_open`,
    [toJson(unique)],
  );
}

/** How many endpoints of the run have which outcome; every outcome is there, with 0 when nothing has it. */
export async function summariseCoverage(
  db: Queryable,
  runId: string,
): Promise<Record<CoverageOutcome, number>> {
  const { rows } = await db.query<{ outcome: CoverageOutcome; endpoints: number }>(
    'select outcome, count(*) as endpoints from picket.coverage where run_id = $1 group by outcome',
    [runId],
  );
  const counted = new Map(rows.map(({ outcome, endpoints }) => [outcome, endpoints]));
  return Object.fromEntries(
    coverageOutcomes.map((outcome) => [outcome, counted.get(outcome) ?? 0]),
  ) as Record<CoverageOutcome, number>;
}

/** One page of a run's coverage, by endpoint id. */
export async function pageCoverage(
  db: Queryable,
  runId: string,
  page: {
    readonly after: string | null;
    readonly limit: number;
    readonly outcomes?: readonly CoverageOutcome[];
  },
): Promise<CoverageEntry[]> {
  const { rows } = await db.query<CoverageEntry>(
    `select run_id as "runId", endpoint_id as "endpointId", address, outcome, reason,
       ports_planned as "portsPlanned", ports_open as "portsOpen"
     from picket.coverage
     where run_id = $1 and ($2::text is null or endpoint_id > $2) and ($4::text[] is null or outcome = any ($4))
     order by endpoint_id limit $3::integer`,
    [runId, page.after, page.limit, page.outcomes ?? null],
  );
  return rows;
}
