import { PermanentError } from '../domain/errors.ts';
import type { Severity } from '../domain/check.ts';
import type { Finding, FindingState } from '../domain/finding.ts';
import type { Queryable } from './database.ts';
import { FINDING_COLUMNS } from './finding-columns.ts';
import { lastByKey, toJson, toText } from './values.ts';

/** Sets the ledger's locks on endpoints apart from advisory locks on other things. */
const ENDPOINT_LOCK_SEED = 7_245_803;

/**
 * All findings of the endpoints, resolved ones too, which nobody else can change until the transaction ends: a second
 * caller for one of these endpoints waits here, and then reads what the first has written.
 */
export async function findingsForUpdate(tx: Queryable, endpointIds: readonly string[]): Promise<Finding[]> {
  if (endpointIds.length === 0) return [];
  // Locks are taken in one order by everybody, so that two callers cannot wait for each other.
  await tx.query(
    `select pg_advisory_xact_lock(key) from (
       select distinct hashtextextended(id, $2::bigint) as key from unnest($1::text[]) as wanted (id)
       order by key offset 0
     ) as sorted`,
    [endpointIds, ENDPOINT_LOCK_SEED],
  );
  // A statement of its own: it sees what was committed while the one before it waited.
  const { rows } = await tx.query<Finding>(
    `select ${FINDING_COLUMNS} from picket.finding where endpoint_id = any ($1::text[]) order by id`,
    [endpointIds],
  );
  return rows;
}

/**
 * Writes findings, as one statement, and a line of history for each whose revision has grown. Call it with what was
 * made of {@link findingsForUpdate}, in the same transaction. What has been published is not changed by it.
 */
export async function saveFindings(tx: Queryable, findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return;
  await tx.query(
    `with incoming as materialized (
       select * from jsonb_to_recordset($1::jsonb) as entry (
         id text, "endpointId" text, transport text, port integer, "checkId" text, discriminator text,
         "accountId" text, region text, state text, content jsonb, "firstSeenAt" timestamptz,
         "lastSeenAt" timestamptz, "timesSeen" integer, "resolvedAt" timestamptz, resolution text,
         "unreachableRuns" integer, "lastRunId" text, "updatedAt" timestamptz, revision integer,
         "publishedRevision" integer)
     ), before as (
       -- All parts of the statement see the table as it was before it.
       select finding.id, finding.state, finding.revision from picket.finding join incoming using (id)
     ), saved as (
       insert into picket.finding as stored (
         id, endpoint_id, transport, port, check_id, discriminator, account_id, region, state, content,
         first_seen_at, last_seen_at, times_seen, resolved_at, resolution, unreachable_runs, last_run_id, updated_at,
         revision, published_revision)
       select
         id, "endpointId", transport, port, "checkId", discriminator, "accountId", region, state, content,
         "firstSeenAt", "lastSeenAt", "timesSeen", "resolvedAt", resolution, "unreachableRuns", "lastRunId",
         "updatedAt", revision, "publishedRevision"
       from incoming order by id collate "C"
       on conflict (id) do update set
         state = excluded.state, content = excluded.content, last_seen_at = excluded.last_seen_at,
         times_seen = excluded.times_seen, resolved_at = excluded.resolved_at, resolution = excluded.resolution,
         unreachable_runs = excluded.unreachable_runs, last_run_id = excluded.last_run_id,
         updated_at = excluded.updated_at, revision = excluded.revision
       where excluded.revision >= stored.revision
       returning id, revision, last_run_id, state, resolution, updated_at
     )
     insert into picket.finding_history (finding_id, revision, run_id, state, previous_state, reason, at)
     select saved.id, saved.revision, saved.last_run_id, saved.state, before.state, saved.resolution,
       saved.updated_at
     from saved left join before using (id)
     where before.revision is null or saved.revision > before.revision`,
    [toJson(lastByKey(findings, ({ id }) => id))],
  );
}

/** Which findings; what is left out does not restrict. */
export interface FindingFilter {
  readonly states?: readonly FindingState[];
  readonly severities?: readonly Severity[];
  readonly endpointIds?: readonly string[];
  /** Findings at the endpoints of this run, as they are now. */
  readonly runId?: string;
}

/** One page of findings, by id; start with `after: null` and go on with the last id of the page. */
export async function pageFindings(
  db: Queryable,
  page: FindingFilter & { readonly after: string | null; readonly limit: number },
): Promise<Finding[]> {
  const { rows } = await db.query<Finding>(
    `select ${FINDING_COLUMNS} from picket.finding
     where ($1::text[] is null or state = any ($1)) and ($2::text[] is null or severity = any ($2))
       and ($3::text[] is null or endpoint_id = any ($3))
       and ($4::text is null or exists (
         select from picket.coverage where run_id = $4 and coverage.endpoint_id = finding.endpoint_id))
       and ($5::text is null or id > $5)
     order by id limit $6::integer`,
    [
      page.states ?? null,
      page.severities ?? null,
      page.endpointIds ?? null,
      page.runId ?? null,
      page.after,
      page.limit,
    ],
  );
  return rows;
}

/**
 * A finding by its id or by a beginning of it that no other has; null when there is none. Raises `finding-ambiguous`,
 * permanent, when there are several.
 */
export async function getFinding(db: Queryable, idOrPrefix: string): Promise<Finding | null> {
  if (idOrPrefix === '') return null;
  const { rows } = await db.query<Finding>(
    `select ${FINDING_COLUMNS} from picket.finding where starts_with(id, $1) order by id limit 2`,
    [toText(idOrPrefix)],
  );
  const [first, second] = rows;
  if (first === undefined) return null;
  if (second !== undefined && first.id !== idOrPrefix) {
    throw new PermanentError('finding-ambiguous', {
      what: 'Several findings begin like this',
      got: `${idOrPrefix}, which fits ${first.id} and ${second.id}`,
      expected: 'more of the id',
    });
  }
  return first;
}

/** What a run did to findings, and how many are open now at its endpoints. */
export async function countRunChanges(
  db: Queryable,
  runId: string,
): Promise<{ opened: number; reopened: number; resolved: number; open: number }> {
  const { rows } = await db.query<{ opened: number; reopened: number; resolved: number; open: number }>(
    `select
       count(*) filter (where previous_state is null) as opened,
       count(*) filter (where state = 'reopened' and previous_state <> 'reopened') as reopened,
       count(*) filter (where state = 'resolved' and previous_state <> 'resolved') as resolved,
       (select count(*) from picket.finding join picket.coverage using (endpoint_id)
        where coverage.run_id = $1 and finding.state in ('open', 'reopened')) as open
     from picket.finding_history where run_id = $1`,
    [runId],
  );
  return rows[0] ?? { opened: 0, reopened: 0, resolved: 0, open: 0 };
}
