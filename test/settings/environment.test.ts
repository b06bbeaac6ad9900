import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { PermanentError } from '../../src/domain/errors.ts';
import { readEnvironment } from '../../src/settings/environment.ts';

function refusal(env: Record<string, string>): string {
  try {
    readEnvironment(env);
  } catch (error) {
    if (error instanceof PermanentError && error.code === 'environment-invalid') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('readEnvironment', () => {
  it('has a default for everything', () => {
    expect(readEnvironment({})).toEqual({
      redisUrl: null,
      databaseUrl: null,
      configDir: path.resolve('config'),
      dataDir: path.resolve('.picket'),
      logLevel: 'info',
      sandbox: false,
      awsEndpointUrl: null,
    });
  });

  it('reads what is set, and leaves other names alone', () => {
    const environment = readEnvironment({
      REDIS_URL: 'rediss://user:secret@queue.internal:6380/2',
      DATABASE_URL: 'postgresql://picket@db.internal/picket',
      PICKET_CONFIG_DIR: '/etc/picket',
      PICKET_DATA_DIR: 'data',
      PICKET_LOG_LEVEL: 'debug',
      PICKET_SANDBOX: '1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      HOME: '/root',
      PICKETING: 'yes',
    });
    expect(environment).toEqual({
      redisUrl: 'rediss://user:secret@queue.internal:6380/2',
      databaseUrl: 'postgresql://picket@db.internal/picket',
      configDir: '/etc/picket',
      dataDir: path.resolve('data'),
      logLevel: 'debug',
      sandbox: true,
      awsEndpointUrl: 'http://127.0.0.1:4566',
    });
    expect(Object.isFrozen(environment)).toBe(true);
  });

  it('takes an empty value as not set', () => {
    expect(readEnvironment({ REDIS_URL: '', PICKET_SANDBOX: ' ', PICKET_LOG_LEVEL: '' })).toEqual(
      readEnvironment({}),
    );
  });

  it("reads the process's own environment when given none", () => {
    vi.stubEnv('PICKET_LOG_LEVEL', 'warn');
    expect(readEnvironment().logLevel).toBe('warn');
  });

  it.each([
    [
      { PICKET_CONFIG_DIRECTORY: '/etc' },
      'PICKET_CONFIG_DIRECTORY is not an environment variable that Picket knows: expected one of PICKET_CONFIG_DIR, PICKET_DATA_DIR, PICKET_LOG_LEVEL, PICKET_SANDBOX (did you mean PICKET_CONFIG_DIR?).',
    ],
    [
      { PICKET_SANBOX: '1' },
      'PICKET_SANBOX is not an environment variable that Picket knows: expected one of PICKET_CONFIG_DIR, PICKET_DATA_DIR, PICKET_LOG_LEVEL, PICKET_SANDBOX (did you mean PICKET_SANDBOX?).',
    ],
    [
      { picket_sandbox: '1' },
      'picket_sandbox is not an environment variable that Picket knows: expected one of PICKET_CONFIG_DIR, PICKET_DATA_DIR, PICKET_LOG_LEVEL, PICKET_SANDBOX (did you mean PICKET_SANDBOX?).',
    ],
    [
      { PICKET_LOG_LEVEL: 'loud' },
      'PICKET_LOG_LEVEL cannot be used: got "loud", expected one of fatal, error, warn, info, debug, trace, silent.',
    ],
    [{ PICKET_SANDBOX: 'yes' }, 'PICKET_SANDBOX cannot be used: got "yes", expected 1 or 0.'],
    [
      { PICKET_SANDBOX: '1' },
      'PICKET_SANDBOX=1 is refused, because it lets loopback addresses be scanned: got no AWS_ENDPOINT_URL, expected AWS_ENDPOINT_URL to be the sandbox, such as http://127.0.0.1:4566.',
    ],
    [
      { PICKET_SANDBOX: '1', AWS_ENDPOINT_URL: 'https://ec2.eu-central-1.amazonaws.com' },
      'PICKET_SANDBOX=1 is refused, because it lets loopback addresses be scanned: got an AWS_ENDPOINT_URL that is not on loopback, expected AWS_ENDPOINT_URL to be the sandbox, such as http://127.0.0.1:4566.',
    ],
    [
      { REDIS_URL: 'memcached://:hunter2@queue' },
      'REDIS_URL cannot be used: got a value that is not shown, expected a URL redis://… or rediss://….',
    ],
    [
      { DATABASE_URL: 'host=db password=hunter2' },
      'DATABASE_URL cannot be used: got a value that is not shown, expected a URL postgresql://….',
    ],
  ])('refuses %o in one sentence', (env, sentence) => {
    expect(refusal(env)).toBe(sentence);
  });

  it('lists several problems, a line each, without any secret', () => {
    const message = refusal({
      REDIS_URL: 'http://:hunter2@queue',
      DATABASE_URL: 'hunter2',
      PICKET_LOG_LEVEL: 'loud',
    });
    expect(message).toBe(
      [
        'The environment has 3 problems:',
        '  REDIS_URL cannot be used: got a value that is not shown, expected a URL redis://… or rediss://….',
        '  DATABASE_URL cannot be used: got a value that is not shown, expected a URL postgresql://….',
        '  PICKET_LOG_LEVEL cannot be used: got "loud", expected one of fatal, error, warn, info, debug, trace, silent.',
      ].join('\n'),
    );
    expect(message).not.toContain('hunter2');
  });

  it.each([
    'http://127.0.0.1:4566',
    'http://127.9.8.7',
    'http://2130706433:80',
    'http://localhost:4566/',
    'http://[::1]:4566',
    'http://[::ffff:127.0.0.1]:4566',
  ])('lets the sandbox be at %s', (url) => {
    expect(readEnvironment({ PICKET_SANDBOX: '1', AWS_ENDPOINT_URL: url }).sandbox).toBe(true);
  });

  it.each([
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'http://user@10.0.0.1',
    'http://0.0.0.0',
    'ftp://127.0.0.1',
    '127.0.0.1:4566',
    'http://169.254.169.254',
  ])('does not let the sandbox be at %s', (url) => {
    expect(refusal({ PICKET_SANDBOX: '1', AWS_ENDPOINT_URL: url })).toContain('not on loopback');
  });
});
