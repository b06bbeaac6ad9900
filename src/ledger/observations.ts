import type { Observation } from '../domain/observation.ts';
import type { Queryable } from './database.ts';
import { lastByKey, toJson } from './values.ts';

/**
 * Keeps the observations as the latest of their endpoint, port, probe and name, as one statement. An older one than what is
 * stored is dropped.
 */
export async function saveObservations(
  db: Queryable,
  runId: string,
  observations: readonly Observation[],
): Promise<void> {
  if (observations.length === 0) return;
  const oldestFirst = [...observations].sort(
    (left, right) => Date.parse(left.observedAt) - Date.parse(right.observedAt),
  );
  const latest = lastByKey(oldestFirst, ({ endpointId, transport, port, probe, name }) =>
    JSON.stringify([endpointId, transport, port, probe, name]),
  );
  await db.query(
    `insert into picket.observation as stored
       (endpoint_id, transport, port, probe, name, run_id, address, status, detail, facts, observed_at, duration_ms)
     select "endpointId", transport, port, probe, coalesce(name, ''), $2, address, status, detail, facts,
       "observedAt", "durationMs"
     from jsonb_to_recordset($1::jsonb) as entry (
       "endpointId" text, transport text, port integer, probe text, name text, address text, status text, detail text,
       facts jsonb, "observedAt" timestamptz, "durationMs" double precision)
     order by "endpointId" collate "C", transport, port, probe collate "C", name collate "C"
     on conflict (endpoint_id, transport, port, probe, name) do update set
       run_id = excluded.run_id, address = excluded.address, status = excluded.status, detail = excluded.detail,
       facts = excluded.facts, observed_at = excluded.observed_at, duration_ms = excluded.duration_ms
     where excluded.observed_at >= stored.observed_at`,
    [toJson(latest), runId],
  );
}

/** The latest observations at an endpoint, each with the run that made it, by port and probe. */
export async function observationsOf(
  db: Queryable,
  endpointId: string,
): Promise<(Observation & { runId: string })[]> {
  const { rows } = await db.query<Observation & { runId: string }>(
    `select endpoint_id as "endpointId", address, transport, port, probe, nullif(name, '') as name, status, detail, facts,
       observed_at as "observedAt", duration_ms as "durationMs", run_id as "runId"
     from picket.observation where endpoint_id = $1 order by transport, port, probe, observation.name`,
    [endpointId],
  );
  return rows;
}
