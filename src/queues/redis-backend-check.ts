import { Redis } from 'ioredis';
import { PermanentError, RetryableError } from '../domain/errors.ts';

/** How long Redis may take to accept a connection and to answer, together. */
const CHECK_LIMIT_MS = 5_000;
const REFUSALS =
  /^(?:NOAUTH|WRONGPASS|NOPERM|ERR invalid password|ERR AUTH|ERR Client sent AUTH|ERR DB index)/;

/**
 * Makes sure that Redis answers, and says what an operator should change about it.
 *
 * Raises `redis-unreachable` (retryable), `redis-refused` or `redis-url-invalid` (permanent); no message holds the
 * password.
 */
export async function checkRedis(url: string): Promise<string[]> {
  const where = describeRedis(url);
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CHECK_LIMIT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The reason comes as an event; the rejection of connect() only says that the connection was closed.
  let reason: Error | undefined;
  client.on('error', (error: Error) => {
    reason ??= error;
  });
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${CHECK_LIMIT_MS / 1000} s`)), CHECK_LIMIT_MS);
  });
  try {
    return await Promise.race([limit, client.connect().then(() => evictionWarnings(client, where))]);
  } catch (error) {
    throw asRedisError(withoutCredentials(reason ?? error), where);
  } finally {
    clearTimeout(timer);
    client.disconnect();
  }
}

/** What the eviction policy of a Redis means for queues in it. */
export async function evictionWarnings(
  client: { info(section: string): Promise<string>; config(command: 'GET', name: string): Promise<unknown> },
  where: string,
): Promise<string[]> {
  const policy = await evictionPolicy(client);
  if (policy === 'noeviction') return [];
  const fix =
    'run CONFIG SET maxmemory-policy noeviction, and put the line "maxmemory-policy noeviction" into its configuration file';
  return policy === undefined
    ? [
        `Whether Redis at ${where} may drop jobs when its memory is full could not be checked: it does not let this user read maxmemory-policy. Make sure that it is noeviction.`,
      ]
    : [
        `Redis at ${where} may drop jobs when its memory is full: maxmemory-policy is ${policy}. To keep them, ${fix}.`,
      ];
}

async function evictionPolicy(client: Parameters<typeof evictionWarnings>[0]): Promise<string | undefined> {
  // Managed services forbid CONFIG but most of them tell it here.
  const told = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1];
  if (told !== undefined) return told;
  try {
    const answer = await client.config('GET', 'maxmemory-policy');
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined;
  } catch (error) {
    if (error instanceof Error && /^(?:NOPERM|ERR unknown command)/.test(error.message)) return undefined;
    throw error;
  }
}

/** Where the URL leads, without user and password. */
function describeRedis(url: string): string {
  // Neither the URL nor the parser's error may be kept: both hold the password.
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw new PermanentError('redis-url-invalid', {
      what: 'The address of Redis cannot be read',
      where: 'REDIS_URL',
      got: parsed === undefined ? 'something that is no URL' : `the scheme ${parsed.protocol}`,
      expected: 'redis://user:password@host:port, or rediss:// for TLS',
    });
  }
  return `${parsed.hostname === '' ? 'localhost' : parsed.hostname}:${parsed.port === '' ? '6379' : parsed.port}`;
}

/** ioredis puts the refused command into the error, and the one that opens a connection holds the password. */
export function withoutCredentials<Failure>(error: Failure): Failure {
  if (error instanceof Error) Reflect.deleteProperty(error, 'command');
  return error;
}

function asRedisError(error: unknown, where: string): PermanentError | RetryableError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const got = message === '' ? code : message;
  if (REFUSALS.test(message)) {
    return new PermanentError(
      'redis-refused',
      {
        what: 'Redis refuses the connection',
        where,
        got,
        expected: 'a user and password that may use its keys, and INFO',
      },
      { cause: error },
    );
  }
  return new RetryableError(
    'redis-unreachable',
    { what: 'Redis cannot be reached', where, got, expected: 'a Redis or Valkey server that answers' },
    { cause: error },
  );
}
