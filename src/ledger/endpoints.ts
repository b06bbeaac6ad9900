import type { Endpoint, Selection } from '../domain/endpoint.ts';
import type { PlannedPort } from '../domain/port-plan.ts';
import type { Queryable } from './database.ts';
import { lastByKey, toJson } from './values.ts';

const COLUMNS = `
  id, account_id as "accountId", partition, region, network_interface_id as "networkInterfaceId", address, family,
  private_address as "privateAddress", vpc_id as "vpcId", subnet_id as "subnetId",
  security_group_ids as "securityGroupIds", interface_type as "interfaceType",
  requester_managed as "requesterManaged", instance_id as "instanceId", instance_type as "instanceType",
  instance_state as "instanceState", tags, exposure`;

/**
 * Condition on {@link selectionValues}, $1 to $4. Kinds are joined with AND, values of one kind with OR, and all tags
 * must match; an absent kind is null.
 */
export const SELECTED = `
  ($1::text[] is null or instance_id = any ($1))
  and ($2::text[] is null or id = any ($2) or address = any ($2))
  and ($3::jsonb is null or tags @> $3)
  and ($4::boolean is false or gone_at is null)`;

export function selectionValues(selection: Selection, present: boolean): unknown[] {
  return [
    selection.instances ?? null,
    selection.endpoints ?? null,
    selection.tags === undefined ? null : toJson(selection.tags),
    present,
  ];
}

/**
 * Writes what a run has just read from EC2, as one statement. `seenAt` is when the reading of the Region began; what
 * a later reading has already written is left alone. An endpoint that was gone is there again.
 */
export async function saveEndpoints(
  db: Queryable,
  endpoints: readonly Endpoint[],
  seen: { readonly runId: string; readonly seenAt: string },
): Promise<void> {
  if (endpoints.length === 0) return;
  await db.query(
    `insert into picket.endpoint as stored (
       id, account_id, partition, region, network_interface_id, address, family, private_address, vpc_id, subnet_id,
       security_group_ids, interface_type, requester_managed, instance_id, instance_type, instance_state, tags,
       exposure, first_seen_at, last_seen_at, last_run_id)
     select
       id, "accountId", partition, region, "networkInterfaceId", address, family, "privateAddress", "vpcId",
       "subnetId", "securityGroupIds", "interfaceType", "requesterManaged", "instanceId", "instanceType",
       "instanceState", tags, exposure, $2::timestamptz, $2::timestamptz, $3
     from jsonb_to_recordset($1::jsonb) as entry (
       id text, "accountId" text, partition text, region text, "networkInterfaceId" text, address text,
       family smallint, "privateAddress" text, "vpcId" text, "subnetId" text, "securityGroupIds" text[],
       "interfaceType" text, "requesterManaged" boolean, "instanceId" text, "instanceType" text,
       "instanceState" text, tags jsonb, exposure jsonb)
     -- Always in the same order, so that two writers cannot wait for each other.
     order by id collate "C"
     on conflict (id) do update set
       account_id = excluded.account_id, partition = excluded.partition, region = excluded.region,
       network_interface_id = excluded.network_interface_id, address = excluded.address, family = excluded.family,
       private_address = excluded.private_address, vpc_id = excluded.vpc_id, subnet_id = excluded.subnet_id,
       security_group_ids = excluded.security_group_ids, interface_type = excluded.interface_type,
       requester_managed = excluded.requester_managed, instance_id = excluded.instance_id,
       instance_type = excluded.instance_type, instance_state = excluded.instance_state, tags = excluded.tags,
       exposure = excluded.exposure, last_seen_at = excluded.last_seen_at, last_run_id = excluded.last_run_id,
       gone_at = null
     where excluded.last_seen_at >= stored.last_seen_at`,
    [toJson(lastByKey(endpoints, ({ id }) => id)), seen.seenAt, seen.runId],
  );
}

/**
 * Marks as gone the endpoints of a Region that a **complete** reading of it did not have. `at` is when that reading
 * began, the same instant as `seenAt` in {@link saveEndpoints}: endpoints that another run has seen since then stay.
 *
 * @returns the ids of the endpoints that are gone now and were not before.
 */
export async function markUnseenGone(
  db: Queryable,
  reading: {
    readonly accountId: string;
    readonly region: string;
    readonly runId: string;
    readonly at: string;
  },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `update picket.endpoint set gone_at = $4::timestamptz
     where account_id = $1 and region = $2 and gone_at is null
       and last_run_id <> $3 and last_seen_at < $4::timestamptz
     returning id`,
    [reading.accountId, reading.region, reading.runId, reading.at],
  );
  return rows.map(({ id }) => id).sort();
}

/**
 * One page of the selected endpoints, by id; start with `after: null` and go on with the last id of the page. Those
 * that are gone are left out unless `present` is false.
 */
export async function pageEndpoints(
  db: Queryable,
  page: {
    readonly selection: Selection;
    readonly after: string | null;
    readonly limit: number;
    readonly present?: boolean;
  },
): Promise<Endpoint[]> {
  const { rows } = await db.query<Endpoint>(
    `select ${COLUMNS} from picket.endpoint
     where ${SELECTED} and ($5::text is null or id > $5) order by id limit $6::integer`,
    [...selectionValues(page.selection, page.present ?? true), page.after, page.limit],
  );
  return rows;
}

/** How many endpoints the selection has; those that are gone do not count unless `present` is false. */
export async function countEndpoints(
  db: Queryable,
  { selection, present }: { readonly selection: Selection; readonly present?: boolean },
): Promise<number> {
  const { rows } = await db.query<{ endpoints: number }>(
    `select count(*) as endpoints from picket.endpoint where ${SELECTED}`,
    selectionValues(selection, present ?? true),
  );
  return rows[0]?.endpoints ?? 0;
}

/**
 * The endpoints of a run's chunk that have no outcome yet, by id, each with the ports at which a finding is not
 * resolved, accepted ones included, and what tells such findings apart: only looking there again can resolve them.
 */
export async function pendingEndpoints(
  db: Queryable,
  runId: string,
  chunk: number,
): Promise<{ endpoint: Endpoint; openPorts: PlannedPort[]; openDiscriminators: string[] }[]> {
  const { rows } = await db.query<Endpoint & { openPorts: PlannedPort[]; openDiscriminators: string[] }>(
    `select ${COLUMNS}, coalesce((
       select jsonb_agg(distinct jsonb_build_object('transport', transport, 'port', port)) from picket.finding
       where endpoint_id = endpoint.id and state <> 'resolved'), '[]') as "openPorts",
       array(
         select distinct discriminator from picket.finding
         where endpoint_id = endpoint.id and state <> 'resolved' and discriminator <> '') as "openDiscriminators"
     from picket.endpoint
     -- An array, so that the endpoints are always found by their key.
     where id = any (array(
       select endpoint_id from picket.coverage
       where run_id = $1 and chunk = $2::integer and outcome = 'planned'))
     order by id`,
    [runId, chunk],
  );
  return rows.map(({ openPorts, openDiscriminators, ...endpoint }) => ({
    endpoint,
    openPorts,
    openDiscriminators,
  }));
}

/** The names in a selection that no present endpoint has. A name of an endpoint is its id or its public address. */
export async function unknownInSelection(
  db: Queryable,
  selection: Selection,
): Promise<{ instances: string[]; endpoints: string[] }> {
  const { rows } = await db.query<{ instances: string[]; endpoints: string[] }>(
    `select
       array(
         select name from unnest($1::text[]) with ordinality as wanted (name, place)
         where not exists (select from picket.endpoint where gone_at is null and instance_id = name)
         order by place
       ) as instances,
       array(
         select name from unnest($2::text[]) with ordinality as wanted (name, place)
         where not exists (select from picket.endpoint where gone_at is null and (id = name or address = name))
         order by place
       ) as endpoints`,
    [unique(selection.instances), unique(selection.endpoints)],
  );
  return rows[0] ?? { instances: [], endpoints: [] };
}

function unique(names: readonly string[] | undefined): string[] {
  return [...new Set(names)];
}
