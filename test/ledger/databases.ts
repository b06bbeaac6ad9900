import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openDatabase } from '../../src/ledger/database.ts';
import type { Database } from '../../src/ledger/database.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { describeWith } from '../support/requires.ts';

/** Runs the same tests on the embedded database and on a PostgreSQL server, migrated and empty. */
export function describeOnEachDatabase(name: string, tests: (database: () => Database) => void): void {
  describe(`${name}, embedded`, () => {
    let database: Database;
    let directory: string;
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'picket-ledger-'));
      database = await openDatabase({ dataDirectory: join(directory, 'data') });
      await migrate(database);
    }, 120_000);
    afterAll(async () => {
      await database.close();
      await rm(directory, { recursive: true, force: true });
    });
    tests(() => database);
  });

  describeWith('postgres', `${name}, PostgreSQL`, () => {
    let database: Database;
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgresServer();
      database = await openDatabase({
        url: await server.createDatabase(`ledger_${randomUUID().slice(0, 8)}`),
      });
      await migrate(database);
    }, 120_000);
    afterAll(async () => {
      await database.close();
      await server.stop();
    });
    tests(() => database);
  });
}
