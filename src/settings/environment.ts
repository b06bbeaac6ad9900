import path from 'node:path';
import ipaddr from 'ipaddr.js';
import { PermanentError } from '../domain/errors.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { throwProblems } from './config-problem.ts';
import { packageRoot } from './package-root.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

const picketNames = ['PICKET_CONFIG_DIR', 'PICKET_DATA_DIR', 'PICKET_LOG_LEVEL', 'PICKET_SANDBOX'] as const;

/** The process's environment as far as Picket reads it. The two URLs may hold passwords: never print them. */
export interface Environment {
  /** Where the queue lives; null: on the ledger's own database. */
  readonly redisUrl: string | null;
  /** The ledger's PostgreSQL; null: embedded, in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Absolute. */
  readonly configDir: string;
  /** Absolute; made by whoever writes there first. */
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** Whether loopback addresses may be scanned, because they are the sandbox's. */
  readonly sandbox: boolean;
  /** The SDK reads this name by itself; it is here for information only. */
  readonly awsEndpointUrl: string | null;
}

/**
 * Reads the environment once.
 *
 * @throws PermanentError `environment-invalid` with one sentence for each bad value and each unknown `PICKET_…`
 *   name. Values of URLs are never shown.
 */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const problems: PermanentError[] = [];
  const refuse = (what: string, got: string, expected: string): void => {
    problems.push(new PermanentError('environment-invalid', { what, got, expected }));
  };

  for (const name of Object.keys(env).filter((key) => key.toUpperCase().startsWith('PICKET_'))) {
    if ((picketNames as readonly string[]).includes(name)) continue;
    const meant = nearestName(name, picketNames);
    const hint = meant === null ? '' : ` (did you mean ${meant}?)`;
    problems.push(
      new PermanentError('environment-invalid', {
        what: `${name} is not an environment variable that Picket knows`,
        expected: `one of ${picketNames.join(', ')}${hint}`,
      }),
    );
  }

  const redisUrl = given(env['REDIS_URL']);
  if (redisUrl !== null && !hasProtocol(redisUrl, ['redis:', 'rediss:'])) {
    refuse('REDIS_URL cannot be used', 'a value that is not shown', 'a URL redis://… or rediss://…');
  }
  const databaseUrl = given(env['DATABASE_URL']);
  if (databaseUrl !== null && !hasProtocol(databaseUrl, ['postgres:', 'postgresql:'])) {
    refuse('DATABASE_URL cannot be used', 'a value that is not shown', 'a URL postgresql://…');
  }
  const logLevel = given(env['PICKET_LOG_LEVEL']) ?? 'info';
  if (!isLogLevel(logLevel)) {
    refuse('PICKET_LOG_LEVEL cannot be used', quoted(logLevel), `one of ${logLevels.join(', ')}`);
  }
  const awsEndpointUrl = given(env['AWS_ENDPOINT_URL']);
  const sandbox = given(env['PICKET_SANDBOX']) ?? '0';
  if (sandbox !== '0' && sandbox !== '1') {
    refuse('PICKET_SANDBOX cannot be used', quoted(sandbox), '1 or 0');
  }
  if (sandbox === '1' && !isLoopbackUrl(awsEndpointUrl)) {
    // Loopback addresses next to the real AWS would be an attack on the scanner's own machine.
    refuse(
      'PICKET_SANDBOX=1 is refused, because it lets loopback addresses be scanned',
      awsEndpointUrl === null ? 'no AWS_ENDPOINT_URL' : 'an AWS_ENDPOINT_URL that is not on loopback',
      'AWS_ENDPOINT_URL to be the sandbox, such as http://127.0.0.1:4566',
    );
  }

  throwProblems('The environment', problems);

  return Object.freeze({
    redisUrl,
    databaseUrl,
    configDir: path.resolve(given(env['PICKET_CONFIG_DIR']) ?? path.join(packageRoot(), 'config')),
    dataDir: path.resolve(given(env['PICKET_DATA_DIR']) ?? '.picket'),
    logLevel: isLogLevel(logLevel) ? logLevel : 'info',
    sandbox: sandbox === '1',
    awsEndpointUrl,
  });
}

/** An empty variable counts as not set: that is how compose files and shells leave one out. */
function given(value: string | undefined): string | null {
  return value === undefined || value.trim() === '' ? null : value.trim();
}

function isLogLevel(value: string): value is LogLevel {
  return (logLevels as readonly string[]).includes(value);
}

function hasProtocol(value: string, protocols: readonly string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol);
}

/** Whether a URL leads to this machine: `localhost`, 127.0.0.0/8 or ::1, in whatever spelling. */
function isLoopbackUrl(value: string | null): boolean {
  if (value === null || !hasProtocol(value, ['http:', 'https:'])) return false;
  const host = new URL(value).hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
