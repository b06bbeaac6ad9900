import { PermanentError, RetryableError } from '../domain/errors.ts';

/** A file of a feed that is not what its publisher publishes. */
export function invalidFeed(where: string, got: string, expected: string, cause?: unknown): PermanentError {
  const parts = { what: 'A file of a feed cannot be used', where, got, expected };
  return new PermanentError('feed-invalid', parts, cause === undefined ? {} : { cause });
}

/** A file of a feed that could not be had this time. */
export function unreachableFeed(where: string, got: string, cause?: unknown): RetryableError {
  const parts = { what: 'A file of a feed could not be read', where, got };
  return new RetryableError('feed-unreachable', parts, cause === undefined ? {} : { cause });
}
