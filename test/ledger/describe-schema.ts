import type { Queryable } from '../../src/ledger/database.ts';

const HEAD = `The tables of the ledger as the migrations make them, read back from the database.
After a new migration: npx vitest run test/ledger/schema.test.ts --update
`;

/** Everything in the schema `picket`, in a stable order, as text; in a transaction. */
export async function describeSchema(db: Queryable): Promise<string> {
  // Names outside the search path are given in full, whoever is asking.
  await db.query('set local search_path = pg_catalog');
  const { rows: columns } = await db.query<{ table: string; line: string }>(`
    select class.relname as table, '  ' || attname || ' ' || format_type(atttypid, atttypmod)
      || case when attcollation <> typcollation then ' collate ' || quote_ident(collname) else '' end
      || case when attnotnull then ' not null' else '' end
      || case when attgenerated <> '' then ' generated always as (' || pg_get_expr(adbin, adrelid) || ') stored'
              when adbin is not null then ' default ' || pg_get_expr(adbin, adrelid) else '' end as line
    from pg_attribute
      join pg_class as class on class.oid = attrelid
      join pg_type on pg_type.oid = atttypid
      left join pg_collation on pg_collation.oid = attcollation
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where class.relnamespace = 'picket'::regnamespace and class.relkind = 'r' and attnum > 0 and not attisdropped
    order by class.relname, attnum`);
  const { rows: constraints } = await db.query<{ table: string; line: string }>(`
    select class.relname as table, '  constraint ' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid) as line
    from pg_constraint join pg_class as class on class.oid = conrelid
    where connamespace = 'picket'::regnamespace and contype <> 'n'
    order by class.relname, conname`);
  const { rows: indexes } = await db.query<{ table: string; line: string }>(`
    select tablename as table, '  ' || indexdef as line
    from pg_indexes where schemaname = 'picket' order by tablename, indexname`);
  const { rows: tables } = await db.query<{ table: string; options: string }>(`
    select relname as table, coalesce(' with (' || array_to_string(reloptions, ', ') || ')', '') as options
    from pg_class where relnamespace = 'picket'::regnamespace and relkind = 'r' order by relname`);
  const others = await db.query<{ line: string }>(`
    select line from (
      select 'function ' || pg_get_functiondef(oid) as line from pg_proc where pronamespace = 'picket'::regnamespace
      union all
      select 'trigger ' || pg_get_triggerdef(pg_trigger.oid) from pg_trigger join pg_class on pg_class.oid = tgrelid
      where relnamespace = 'picket'::regnamespace and not tgisinternal
      union all
      select relkind::text || ' ' || relname from pg_class
      where relnamespace = 'picket'::regnamespace and relkind not in ('r', 'i')
    ) as other order by line`);
  const sections = tables.map(({ table, options }) =>
    [
      `table ${table}${options}`,
      ...[...columns, ...constraints, ...indexes]
        .filter((row) => row.table === table)
        .map(({ line }) => line),
    ].join('\n'),
  );
  return (
    [HEAD, ...sections, ...others.rows.map(({ line }) => line)].join('\n\n').replace('\n\n\n', '\n\n') + '\n'
  );
}
