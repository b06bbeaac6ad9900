import { PermanentError, RetryableError } from '../domain/errors.ts';

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);
/** node-postgres gives these no code. */
const LOST =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|connection error and is not queryable/;
/** Classes 08 (connection), 57P (operator intervention) and 53300 (too many connections) of SQLSTATE. */
const UNAVAILABLE = /^(?:08|57P0|53300)/;
/** Serialisation failure, deadlock, lock not available: the same transaction may pass the next time. */
const CONFLICT = new Set(['40001', '40P01', '55P03']);
/** Classes 28 (authorisation), 3D (no such database). */
const REFUSED = /^(?:28|3D)/;

/**
 * Turns what the driver raised into `ledger-unreachable` or `ledger-conflict` (retryable) or `ledger-refused`
 * (permanent) where it is one of these; everything else stays as it is. `where` must not hold a password.
 */
export function asLedgerError(error: unknown, where: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  const options = { cause: error };
  if (NETWORK_CODES.has(code) || UNAVAILABLE.test(code) || LOST.test(error.message)) {
    return new RetryableError(
      'ledger-unreachable',
      {
        what: 'The ledger cannot be reached',
        where,
        got: error.message === '' ? code : error.message,
        expected: 'a PostgreSQL server that accepts connections',
      },
      options,
    );
  }
  if (CONFLICT.has(code)) {
    return new RetryableError(
      'ledger-conflict',
      { what: 'A transaction of the ledger met another one', where, got: error.message },
      options,
    );
  }
  if (REFUSED.test(code)) {
    return new PermanentError(
      'ledger-refused',
      {
        what: 'The ledger refuses the connection',
        where,
        got: error.message,
        expected: 'an existing database, and a user and password that may use it',
      },
      options,
    );
  }
  return error;
}
