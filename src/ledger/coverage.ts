import type { Selection } from '../domain/endpoint.ts';
import { coverageOutcomes } from '../domain/run.ts';
import type { CoverageEntry, CoverageOutcome } from '../domain/run.ts';
import type { Queryable } from './database.ts';
import { SELECTED, selectionValues } from './endpoints.ts';
import { lastByKey, toJson, toText } from './values.ts';

/** Which endpoints to plan, and into which chunks of the run. */
export interface PlanPage {
  readonly runId: string;
  readonly selection: Selection;
  /** The last endpoint of the page before; null at the first. */
  readonly after: string | null;
  /** Endpoints in this page; a whole number of chunks. */
  readonly limit: number;
  readonly firstChunk: number;
  readonly chunkSize: number;
  /** Regions whose endpoints cannot be covered, with the reason. */
  readonly notCovered: ReadonlyMap<string, string>;
}

/**
 * Puts one page of the selected endpoints that are present, by id, into chunks of a run, as one statement in which no
 * endpoint leaves the database. Planning again moves those that still wait and leaves those that have an outcome.
 *
 * @returns how many endpoints the page has, and the last of them.
 */
export async function planCoverage(
  db: Queryable,
  page: PlanPage,
): Promise<{ endpoints: number; last: string | null }> {
  const { rows } = await db.query<{ endpoints: number; last: string | null }>(
    `with selected as (
       select id, address, region from picket.endpoint
       where ${SELECTED} and ($5::text is null or id > $5) order by id limit $6::integer
     ), page as materialized (
       select *, (row_number() over (order by id) - 1)::integer as place from selected
     ), planned as (
       insert into picket.coverage as stored (run_id, endpoint_id, chunk, address, outcome, reason)
       select $7, id, $8::integer + place / $9::integer, address,
         case when reason is null then 'planned' else 'not-covered' end, reason
       from page left join unnest($10::text[], $11::text[]) as uncovered (region, reason) using (region)
       -- Always in the same order, so that two writers cannot wait for each other.
       order by id
       on conflict (run_id, endpoint_id) do update set
         chunk = excluded.chunk, address = excluded.address, outcome = excluded.outcome, reason = excluded.reason
       where stored.outcome = 'planned'
     )
     select count(*) as endpoints, max(id) as last from page`,
    [
      ...selectionValues(page.selection, true),
      page.after,
      page.limit,
      page.runId,
      page.firstChunk,
      page.chunkSize,
      [...page.notCovered.keys()],
      [...page.notCovered.values()].map(toText),
    ],
  );
  return rows[0] ?? { endpoints: 0, last: null };
}

/** Writes what became of endpoints, of whatever runs, as one statement. The last word counts. */
export async function recordOutcomes(db: Queryable, entries: readonly CoverageEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const unique = lastByKey(entries, ({ runId, endpointId }) => JSON.stringify([runId, endpointId]));
  await db.query(
    `insert into picket.coverage (run_id, endpoint_id, address, outcome, reason, ports_planned, ports_open, flickers)
     select "runId", "endpointId", address, outcome, reason, "portsPlanned", "portsOpen", flickers
     from jsonb_to_recordset($1::jsonb) as entry (
       "runId" text, "endpointId" text, address text, outcome text, reason text,
       "portsPlanned" integer, "portsOpen" integer, flickers integer)
     order by "runId" collate "C", "endpointId" collate "C"
     on conflict (run_id, endpoint_id) do update set
       address = excluded.address, outcome = excluded.outcome, reason = excluded.reason,
       ports_planned = excluded.ports_planned, ports_open = excluded.ports_open,
       flickers = excluded.flickers`,
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

/** Ports of the run that accepted one connection and not the next. */
export async function countFlickers(db: Queryable, runId: string): Promise<number> {
  const { rows } = await db.query<{ flickers: number }>(
    'select coalesce(sum(flickers), 0)::integer as flickers from picket.coverage where run_id = $1',
    [runId],
  );
  return rows[0]?.flickers ?? 0;
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
       ports_planned as "portsPlanned", ports_open as "portsOpen", flickers
     from picket.coverage
     where run_id = $1 and ($2::text is null or endpoint_id > $2) and ($4::text[] is null or outcome = any ($4))
     order by endpoint_id limit $3::integer`,
    [runId, page.after, page.limit, page.outcomes ?? null],
  );
  return rows;
}
