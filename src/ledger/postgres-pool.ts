import pg from 'pg';
import { PermanentError } from '../domain/errors.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { columnParsers } from './values.ts';

/** How long a server may take to accept a connection before it counts as unreachable. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than any statement of ours; a transaction that is idle for as long has lost its owner. */
const STATEMENT_TIMEOUT_MS = 60_000;

/** Where a connection URL leads, without user and password, for messages. */
export function describeUrl(url: string): string {
  const { hostname, port, pathname, searchParams } = parseUrl(url);
  const host = hostname === '' ? (searchParams.get('host') ?? 'local socket') : hostname;
  return `${host}:${port === '' ? '5432' : port}${pathname}`;
}

/**
 * Makes a pool of connections to a PostgreSQL server; nothing is connected yet. `searchPath` pins the schema for
 * statements that name none.
 */
export function createPostgresPool(
  url: string,
  options: { max: number; applicationName: string; searchPath?: string },
): ConnectionPool {
  parseUrl(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        (format === 'binary' ? undefined : columnParsers[oid]) ?? pg.types.getTypeParser(oid, format),
    },
    ...(options.searchPath === undefined ? {} : { options: `-c search_path=${options.searchPath}` }),
  });
  // A connection that breaks while nobody waits on it announces that as an event, and an event without a listener
  // ends the process. Nothing is lost by ignoring it: the next statement gets a new connection or an error of its own.
  const ignore = (): void => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  return pool as unknown as ConnectionPool;
}

function parseUrl(url: string): URL {
  // Neither the URL nor the parser's error may be kept: both hold the password.
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new PermanentError('ledger-url-invalid', {
      what: 'The address of the ledger cannot be read',
      where: 'DATABASE_URL',
      got: parsed === undefined ? 'something that is no URL' : `the scheme ${parsed.protocol}`,
      expected: 'postgresql://user:password@host:port/database',
    });
  }
  return parsed;
}
