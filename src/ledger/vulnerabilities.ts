import type { FeedEntries, FeedKind } from '../domain/feed.ts';
import { productKey, type ProductName } from '../domain/software.ts';
import type { VulnerabilityRecord } from '../domain/vulnerability.ts';
import type { Database, Queryable } from './database.ts';
import { toJson } from './values.ts';

const tables: Readonly<Record<FeedKind, string>> = {
  nvd: 'vulnerability',
  kev: 'exploitation',
  epss: 'prediction',
};

/** Rows that one statement removes; more would hold up everybody else on the embedded database. */
const REMOVED_AT_ONCE = 20_000;

/**
 * Predictions are made anew every day, and most change by a hair. One that has moved by less than this since it was
 * last taken over stays as it was: else thousands of findings would be published again each day with nothing to say.
 */
const PREDICTION_STEP = 0.05;

const insertions: Readonly<Record<FeedKind, string>> = {
  nvd: `
    insert into picket.vulnerability (cve, feed, modified_at, cvss, products, configurations)
    select cve, $1::integer, "modifiedAt", cvss, products, configurations
    from jsonb_to_recordset($2::jsonb) as entry (
      cve text, "modifiedAt" timestamptz, cvss jsonb, products text[], configurations jsonb)`,
  kev: `
    insert into picket.exploitation (cve, feed, name, added_on, due_on, ransomware)
    select cve, $1::integer, name, "addedOn", "dueOn", ransomware
    from jsonb_to_recordset($2::jsonb) as entry (
      cve text, name text, "addedOn" date, "dueOn" date, ransomware boolean)`,
  epss: `
    insert into picket.prediction (cve, feed, epss, percentile)
    select entry.cve, $1::integer,
      case when moved then entry.epss else before.epss end,
      case when moved then entry.percentile else before.percentile end
    from jsonb_to_recordset($2::jsonb) as entry (cve text, epss real, percentile real)
    left join picket.prediction as before on before.cve = entry.cve
      and before.feed = (select id from picket.feed where kind = 'epss' and state = 'current')
    cross join lateral (select before.cve is null
      or abs(entry.epss - before.epss) >= ${PREDICTION_STEP}
      or abs(entry.percentile - before.percentile) >= ${PREDICTION_STEP} as moved) as change`,
};

/** Adds entries of the feed's kind, of each vulnerability the first. @returns how many were added. */
export async function addEntries(
  tx: Queryable,
  feed: number,
  { kind, entries }: FeedEntries,
): Promise<number> {
  const { rowCount } = await tx.query(`${insertions[kind]} on conflict (cve, feed) do nothing`, [
    feed,
    toJson(entries),
  ]);
  return rowCount ?? 0;
}

/** How many entries of a file the ledger has. */
export async function countEntries(db: Queryable, feed: number, kind: FeedKind): Promise<number> {
  const { rows } = await db.query<{ entries: number }>(
    `select count(*)::integer as entries from picket.${tables[kind]} where feed = $1`,
    [feed],
  );
  return rows[0]?.entries ?? 0;
}

/** Removes all entries of a file, a part at a time. */
export async function removeEntries(database: Database, feed: number, kind: FeedKind): Promise<void> {
  const table = `picket.${tables[kind]}`;
  let removed = 0;
  for (;;) {
    const { rowCount } = await database.query(
      `delete from ${table} where ctid = any (array(
         select ctid from ${table} where feed = $1 limit ${REMOVED_AT_ONCE}))`,
      [feed],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < REMOVED_AT_ONCE) break;
  }
  // A server does this by itself; the embedded database has nobody to do it.
  if (removed > 0 && database.kind === 'embedded') await database.query(`vacuum ${table}`);
}

/**
 * What the feeds in use know of the vulnerabilities of products, by product; null while there is no feed of them. Of a
 * vulnerability that several files have, the one that was modified last counts.
 */
export async function vulnerabilitiesOf(
  db: Queryable,
  products: readonly ProductName[],
): Promise<Map<string, VulnerabilityRecord[]> | null> {
  const { rows: feeds } = await db.query<{ present: boolean }>(
    "select exists (select from picket.feed where kind = 'nvd' and state = 'current') as present",
  );
  if (feeds[0]?.present !== true) return null;
  const keys = [...new Set(products.map(productKey))];
  const byProduct = new Map<string, VulnerabilityRecord[]>(keys.map((key) => [key, []]));
  if (keys.length === 0) return byProduct;
  const { rows } = await db.query<VulnerabilityRecord & { products: string[] }>(
    `select newest.cve, newest.cvss, newest.configurations,
       array(select product from unnest(newest.products) as product where product = any ($1)) as products,
       case when e.cve is not null then jsonb_build_object('cve', e.cve, 'name', e.name, 'addedOn', e.added_on,
         'dueOn', e.due_on, 'ransomware', e.ransomware) end as exploitation,
       case when p.cve is not null then jsonb_build_object('epss', p.epss, 'percentile', p.percentile) end
         as prediction
     from (select distinct cve from picket.vulnerability where products && $1::text[]) as candidate
     cross join lateral (
       select v.cve, v.cvss, v.configurations, v.products from picket.vulnerability as v
       join picket.feed as f on f.id = v.feed and f.state = 'current'
       where v.cve = candidate.cve order by v.modified_at desc, v.feed desc limit 1) as newest
     left join picket.exploitation as e on e.cve = candidate.cve
       and e.feed = (select id from picket.feed where kind = 'kev' and state = 'current')
     left join picket.prediction as p on p.cve = candidate.cve
       and p.feed = (select id from picket.feed where kind = 'epss' and state = 'current')
     where newest.products && $1::text[]
     order by newest.cve`,
    [keys],
  );
  for (const { products: own, ...record } of rows) {
    for (const product of own) byProduct.get(product)?.push(record);
  }
  return byProduct;
}
