import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { PermanentError } from '../domain/errors.ts';
import type { Database, Queryable } from './database.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
/** Key of the advisory lock under which one process at a time migrates: "picket" in ASCII. */
const MIGRATION_LOCK = '123597941859700';

/**
 * Brings the ledger's tables up to date: every migration that the database has not seen, in order, all or none. Any
 * number of processes may call it at the same time.
 *
 * Raises, permanent, `ledger-migration-changed` when a file differs from what was applied, and `ledger-newer` when the
 * database was migrated by a later version.
 *
 * @param directory of the numbered SQL files.
 * @returns the names of the migrations that were applied.
 */
export async function migrate(
  database: Database,
  directory = new URL('./migrations/', import.meta.url),
): Promise<string[]> {
  const migrations = await readMigrations(directory);
  return database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
    // A migration may take longer than any other statement.
    await tx.query('set local statement_timeout = 0');
    await tx.query('create schema if not exists picket');
    await tx.query(`
      create table if not exists picket.migration (
        number integer primary key,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`);
    const pending = await pendingOf(tx, migrations, database.location);
    for (const { number, name, sql, checksum } of pending) {
      await tx.query(sql);
      await tx.query('insert into picket.migration (number, name, checksum) values ($1, $2, $3)', [
        number,
        name,
        checksum,
      ]);
    }
    return pending.map(({ name }) => name);
  });
}

async function pendingOf(tx: Queryable, migrations: Migration[], location: string): Promise<Migration[]> {
  const { rows } = await tx.query<{ number: number; name: string; checksum: string }>(
    'select number, name, checksum from picket.migration order by number',
  );
  rows.forEach((applied, index) => {
    const known = migrations[index];
    if (known === undefined) {
      throw new PermanentError('ledger-newer', {
        what: 'The ledger was made by a later version of Picket',
        where: location,
        got: `migration ${applied.name}`,
        expected: `at most ${migrations.at(-1)?.name ?? 'none'}; run that version, or a later one`,
      });
    }
    if (known.number !== applied.number || known.checksum !== applied.checksum) {
      throw new PermanentError('ledger-migration-changed', {
        what: 'A migration differs from the one that was applied to the ledger',
        where: location,
        got: `${known.name} with checksum ${known.checksum.slice(0, 12)}`,
        expected: `${applied.name} with ${applied.checksum.slice(0, 12)}; migrations are never changed, only added`,
      });
    }
  });
  return migrations.slice(rows.length);
}

async function readMigrations(directory: URL): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(FILE_NAME.exec(name)?.[1]);
      if (number !== index + 1) {
        throw new PermanentError('ledger-migrations-misnumbered', {
          what: 'The migrations are not numbered one after the other',
          got: name,
          expected: `${String(index + 1).padStart(4, '0')}_<what_it_does>.sql`,
        });
      }
      // The checksum must not depend on how the file was checked out.
      const sql = (await readFile(new URL(name, directory), 'utf8')).replaceAll('\r\n', '\n');
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
