import { PermanentError } from '../domain/errors.ts';
import type { Run, RunStatus } from '../domain/run.ts';
import type { Queryable } from './database.ts';
import { toJson, toText } from './values.ts';

const COLUMNS = `
  id, trigger, requested_by as "requestedBy", reason, selection, profile, status, created_at as "createdAt",
  started_at as "startedAt", finished_at as "finishedAt", problems`;

/** A run keeps this many problems; what goes wrong more often goes wrong in the same way. */
const PROBLEMS_KEPT = 1000;

/** The stored problems with those of `$2` that are not among them yet. */
const PROBLEMS_ADDED = `(problems || array(
  select problem from unnest($2::text[]) with ordinality as new (problem, place)
  where problem <> all (problems) order by place
))[:${PROBLEMS_KEPT}]`;

/** Writes a new run; one that is there already is left as it is. @returns whether it was new. */
export async function createRun(db: Queryable, run: Run): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into picket.run
       (id, trigger, requested_by, reason, selection, profile, status, created_at, started_at, finished_at, problems)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8::timestamptz, $9::timestamptz, $10::timestamptz, $11::text[])
     on conflict (id) do nothing`,
    [
      run.id,
      run.trigger,
      toText(run.requestedBy),
      run.reason === null ? null : toText(run.reason),
      toJson(run.selection),
      run.profile,
      run.status,
      run.createdAt,
      run.startedAt,
      run.finishedAt,
      run.problems.map(toText),
    ],
  );
  return rowCount === 1;
}

/** A run has begun, or goes on after a failure; the first beginning is kept. A finished one stays finished. */
export async function markRunning(db: Queryable, id: string, at: string): Promise<void> {
  await db.query(
    `update picket.run set status = 'running', started_at = coalesce(started_at, $2::timestamptz), finished_at = null
     where id = $1 and status in ('planning', 'running', 'failed')`,
    [id, at],
  );
}

/** Ends a run; `problems` are added to those that it has. */
export async function finishRun(
  db: Queryable,
  id: string,
  end: {
    readonly status: Extract<RunStatus, 'completed' | 'partial' | 'failed'>;
    readonly problems: readonly string[];
    readonly finishedAt: string;
  },
): Promise<void> {
  await db.query(
    `update picket.run set status = $3, finished_at = $4::timestamptz, problems = ${PROBLEMS_ADDED} where id = $1`,
    [id, end.problems.map(toText), end.status, end.finishedAt],
  );
}

/** Adds one sentence to a run's problems; one that it has already is not repeated. */
export async function addProblem(db: Queryable, id: string, problem: string): Promise<void> {
  await db.query(`update picket.run set problems = ${PROBLEMS_ADDED} where id = $1`, [id, [toText(problem)]]);
}

/**
 * A run by its id or by a beginning of it that no other run has; null when there is none. Raises `run-ambiguous`,
 * permanent, when there are several.
 */
export async function getRun(db: Queryable, idOrPrefix: string): Promise<Run | null> {
  if (idOrPrefix === '') return null;
  const { rows } = await db.query<Run>(
    `select ${COLUMNS} from picket.run where starts_with(id, $1) order by id limit 2`,
    [toText(idOrPrefix)],
  );
  const [first, second] = rows;
  if (first === undefined) return null;
  if (second !== undefined && first.id !== idOrPrefix) {
    throw new PermanentError('run-ambiguous', {
      what: 'Several runs begin like this',
      got: `${idOrPrefix}, which fits ${first.id} and ${second.id}`,
      expected: 'more of the id',
    });
  }
  return first;
}

/** Runs from the newest to the oldest; the next page is `before` the last run of this one. */
export async function listRuns(
  db: Queryable,
  page: { readonly limit: number; readonly before?: string | null },
): Promise<Run[]> {
  const { rows } = await db.query<Run>(
    `select ${COLUMNS} from picket.run
     where $1::text is null or (created_at, id) < (select created_at, id from picket.run where id = $1)
     order by created_at desc, id desc limit $2::integer`,
    [page.before ?? null, page.limit],
  );
  return rows;
}
