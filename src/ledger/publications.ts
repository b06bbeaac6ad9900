import type { Destination, Finding } from '../domain/finding.ts';
import type { Queryable } from './database.ts';
import { FINDING_COLUMNS } from './finding-columns.ts';
import { lastByKey, toJson } from './values.ts';

/** Word for word the condition of the index `finding_outbox`, which the planner must recognise. */
const WAITING = 'published_revision < revision and rejected_revision is distinct from revision';
/** That of the index `finding_rejected`. */
const PARKED = 'published_revision < revision and rejected_revision = revision';

/** One revision of a finding. */
export interface Published {
  readonly id: string;
  readonly revision: number;
}

/** One revision of a finding that the destination refused, with its words. */
export interface Rejected extends Published {
  readonly code: string;
  readonly message: string;
}

export interface RejectedFinding {
  readonly finding: Finding;
  readonly code: string;
  readonly message: string;
  readonly rejectedAt: string;
}

/** The destinations that are not in line with the ledger; none, at no cost, after a quiet run. */
export async function destinationsToPublish(db: Queryable): Promise<Destination[]> {
  const { rows } = await db.query<Destination>(
    `select distinct account_id as "accountId", region from picket.finding where ${WAITING} order by 1, 2`,
  );
  return rows;
}

/** How many findings wait to be published, and how many are parked because the destination refused them. */
export async function countToPublish(db: Queryable): Promise<{ waiting: number; rejected: number }> {
  const { rows } = await db.query<{ waiting: number; rejected: number }>(
    `select (select count(*) from picket.finding where ${WAITING}) as waiting,
       (select count(*) from picket.finding where ${PARKED}) as rejected`,
  );
  return rows[0] ?? { waiting: 0, rejected: 0 };
}

/** One page of the findings that the destination does not have as they are now, by id, without the parked ones. */
export async function findingsToPublish(
  db: Queryable,
  destination: Destination,
  page: { readonly after: string | null; readonly limit: number },
): Promise<Finding[]> {
  const { rows } = await db.query<Finding>(
    `select ${FINDING_COLUMNS} from picket.finding
     where ${WAITING} and account_id = $1 and region = $2 and ($3::text is null or id > $3)
     order by id limit $4::integer`,
    [destination.accountId, destination.region, page.after, page.limit],
  );
  return rows;
}

/** The destination has these revisions now. Older news than the ledger's is ignored. */
export async function recordPublished(
  db: Queryable,
  published: readonly Published[],
  at: string,
): Promise<void> {
  if (published.length === 0) return;
  await db.query(
    `with sent as (
       select finding.id, entry.revision
       from picket.finding
         join jsonb_to_recordset($1::jsonb) as entry (id text, revision integer) using (id)
       where finding.published_revision < entry.revision
       -- Rows are locked in one order by everybody, so that two writers cannot wait for each other.
       order by finding.id for no key update of finding
     )
     update picket.finding set
       published_revision = sent.revision, published_at = $2::timestamptz
     from sent where finding.id = sent.id and finding.published_revision < sent.revision`,
    [toJson(highest(published)), at],
  );
}

/** The destination refuses these revisions: they are parked with its words until the finding changes. */
export async function recordRejected(
  db: Queryable,
  rejected: readonly Rejected[],
  at: string,
): Promise<void> {
  if (rejected.length === 0) return;
  await db.query(
    `with refused as (
       select finding.id, entry.revision, entry.code, entry.message
       from picket.finding
         join jsonb_to_recordset($1::jsonb) as entry (id text, revision integer, code text, message text) using (id)
       where finding.published_revision < entry.revision
       order by finding.id for no key update of finding
     )
     update picket.finding set
       rejected_revision = refused.revision, rejected_code = refused.code, rejected_message = refused.message,
       rejected_at = $2::timestamptz
     from refused
     where finding.id = refused.id and finding.published_revision < refused.revision
       and coalesce(finding.rejected_revision, 0) <= refused.revision`,
    [toJson(highest(rejected)), at],
  );
}

/** One page of the parked findings, by id, of one destination or of all. */
export async function pageRejected(
  db: Queryable,
  page: { readonly destination?: Destination; readonly after: string | null; readonly limit: number },
): Promise<RejectedFinding[]> {
  const { rows } = await db.query<Finding & Omit<RejectedFinding, 'finding'>>(
    `select ${FINDING_COLUMNS}, rejected_code as code, rejected_message as message, rejected_at as "rejectedAt"
     from picket.finding
     where ${PARKED} and ($1::text is null or (account_id = $1 and region = $2)) and ($3::text is null or id > $3)
     order by id limit $4::integer`,
    [page.destination?.accountId ?? null, page.destination?.region ?? null, page.after, page.limit],
  );
  return rows.map(({ code, message, rejectedAt, ...finding }) => ({ finding, code, message, rejectedAt }));
}

function highest<Entry extends Published>(entries: readonly Entry[]): Entry[] {
  return lastByKey(
    [...entries].sort((left, right) => left.revision - right.revision),
    ({ id }) => id,
  );
}
