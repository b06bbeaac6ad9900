import { PermanentError } from '../domain/errors.ts';
import type { ConnectionPool, PooledClient, StatementResult } from './connection-pool.ts';
import { asLedgerError } from './database-errors.ts';
import { openEmbedded, QUEUE_SCHEMA } from './embedded.ts';
import { createPostgresPool, describeUrl } from './postgres-pool.ts';

/** Something that runs one statement: the database, or a transaction of it. Times come back as ISO 8601 text. */
export interface Queryable {
  query<Row = unknown>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>;
}

/** The ledger's database. */
export interface Database extends Queryable {
  readonly kind: 'embedded' | 'postgres';
  /** Where it is, without password, for messages. */
  readonly location: string;
  readonly pool: ConnectionPool;
  /**
   * Runs `work` in a transaction, which is rolled back when it raises. Statements go through the handle it is given;
   * on the embedded database, one through anything else would wait for the transaction's end, and so for ever.
   */
  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>;
  /** A pool whose statements find the queue's tables without naming their schema. Its user ends it. */
  openQueuePool(): ConnectionPool;
  close(): Promise<void>;
}

/** Connections for the ledger's own statements, each process. */
const LEDGER_CONNECTIONS = 10;
/** Connections for the queue's statements; whoever listens for notifications needs one more. */
const QUEUE_CONNECTIONS = 6;

/**
 * Opens the ledger: on a PostgreSQL server, or embedded in this process with its files in a directory.
 *
 * Raises, within seconds, `ledger-unreachable` (retryable), `ledger-refused` or `ledger-url-invalid` (permanent) for
 * a server, and `data-directory-in-use` (retryable) or `data-directory-unusable` (permanent) for a directory.
 */
export async function openDatabase(
  options: { readonly url: string } | { readonly dataDirectory: string },
): Promise<Database> {
  if ('url' in options) return openServer(options.url);
  const { pool, close } = await openEmbedded(options.dataDirectory);
  const openQueuePool = (): ConnectionPool => pool.share();
  return makeDatabase('embedded', options.dataDirectory, pool, { openQueuePool, close });
}

async function openServer(url: string): Promise<Database> {
  const location = describeUrl(url);
  const pool = createPostgresPool(url, { max: LEDGER_CONNECTIONS, applicationName: 'picket-ledger' });
  const database = makeDatabase('postgres', location, pool, {
    openQueuePool: () =>
      createPostgresPool(url, {
        max: QUEUE_CONNECTIONS,
        applicationName: 'picket-queue',
        searchPath: QUEUE_SCHEMA,
      }),
    close: () => pool.end(),
  });
  try {
    await database.query('select 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return database;
}

function makeDatabase(
  kind: Database['kind'],
  location: string,
  pool: ConnectionPool,
  { openQueuePool, close }: Pick<Database, 'openQueuePool' | 'close'>,
): Database {
  let closing: Promise<void> | undefined;
  return {
    kind,
    location,
    pool,
    openQueuePool,
    async query<Row>(text: string, values?: readonly unknown[]) {
      try {
        return await pool.query<Row>(text, values);
      } catch (error) {
        throw asLedgerError(error, location);
      }
    },
    async transaction(work) {
      try {
        return await runTransaction(await pool.connect(), work);
      } catch (error) {
        throw asLedgerError(error, location);
      }
    },
    close: () => (closing ??= close()),
  };
}

async function runTransaction<Result>(
  client: PooledClient,
  work: (tx: Queryable) => Promise<Result>,
): Promise<Result> {
  let open = true;
  let broken = false;
  const tx: Queryable = {
    query: async <Row>(text: string, values?: readonly unknown[]): Promise<StatementResult<Row>> => {
      if (!open) throw new Error('A statement came after the end of its transaction.');
      return client.query<Row>(text, values);
    },
  };
  try {
    await client.query('begin');
    const result = await work(tx);
    open = false;
    // A transaction in which a statement failed ends in a rollback, and the server does not call that an error.
    if ((await client.query('commit')).command === 'ROLLBACK') {
      throw new PermanentError('ledger-transaction-lost', {
        what: 'A transaction was rolled back although its work went on',
        got: 'a failed statement whose error was not passed on',
      });
    }
    return result;
  } catch (error) {
    open = false;
    // The error that counts is the first; a connection on which not even a rollback works is thrown away.
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
