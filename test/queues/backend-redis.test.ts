import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database.ts';
import { openQueueBackend } from '../../src/queues/backend.ts';
import type { QueueBackend } from '../../src/queues/backend.ts';
import { checkRedis, evictionWarnings } from '../../src/queues/redis-backend-check.ts';
import { startRedisServer } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { describeWith } from '../support/requires.ts';
import { freePort } from '../support/server-process.ts';

const SECRET = 'correct-horse-battery';

async function failureOf(work: Promise<unknown>): Promise<Error & { code?: string; retryable?: boolean }> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('it did not fail');
  return outcome;
}

/** Everything that a logger might print of an error, its causes and properties included. */
function everythingOf(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? '';
  const properties = Object.getOwnPropertyNames(error).map((name) => {
    const value: unknown = Reflect.get(error, name);
    return value instanceof Error ? everythingOf(value) : JSON.stringify(value);
  });
  return [error.message, ...properties].join('\n');
}

describe('an unreachable Redis', () => {
  it('is a retryable error that names the place and not the password', async () => {
    const port = await freePort();
    const error = await failureOf(checkRedis(`redis://user:${SECRET}@127.0.0.1:${port}/0`));
    expect(error).toMatchObject({ code: 'redis-unreachable', retryable: true });
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(error.message).toContain('ECONNREFUSED');
    expect(everythingOf(error)).not.toContain(SECRET);
  });

  it('is an error within seconds when it accepts and never answers', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    try {
      const startedAt = Date.now();
      const error = await failureOf(checkRedis(`redis://127.0.0.1:${port}`));
      expect(Date.now() - startedAt).toBeLessThan(8_000);
      expect(error).toMatchObject({ code: 'redis-unreachable', retryable: true });
      expect(error.message).toContain('no answer in 5 s');
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    }
  });

  it.each([
    ['not a url', 'something that is no URL'],
    [`http://:${SECRET}@127.0.0.1/`, 'the scheme http:'],
    [`redis://:${SECRET}@127.0.0.1:99999`, 'something that is no URL'],
  ])('refuses the address %#', async (url, got) => {
    const error = await failureOf(checkRedis(url));
    expect(error).toMatchObject({ code: 'redis-url-invalid', retryable: false });
    expect(error.message).toContain(got);
    expect(everythingOf(error)).not.toContain(SECRET);
  });
});

describe('the eviction policy', () => {
  const info = async (): Promise<string> => '# Memory\r\nused_memory:1\r\n';

  it('is asked of CONFIG where INFO does not tell it', async () => {
    const config = async (): Promise<string[]> => ['maxmemory-policy', 'noeviction'];
    expect(await evictionWarnings({ info, config }, 'here')).toEqual([]);
  });

  it('could not be checked where both keep it to themselves', async () => {
    const config = async (): Promise<never> => {
      throw new Error("NOPERM this user has no permissions to run the 'config|get' command");
    };
    const [warning, ...more] = await evictionWarnings({ info, config }, 'here:6379');
    expect(more).toEqual([]);
    expect(warning).toMatch(/here:6379.*could not be checked.*noeviction/);
  });

  it('passes on any other failure', async () => {
    const config = async (): Promise<never> => {
      throw new Error('LOADING Redis is loading the dataset in memory');
    };
    await expect(evictionWarnings({ info, config }, 'here')).rejects.toThrow(/LOADING/);
  });
});

describeWith('redis-server', 'a Redis server', () => {
  const servers: RedisServer[] = [];
  const backends: QueueBackend[] = [];
  const start = async (...settings: string[]): Promise<RedisServer> => {
    const server = await startRedisServer(settings);
    servers.push(server);
    return server;
  };
  const open = async (url: string, onError?: (error: Error) => void): Promise<QueueBackend> => {
    const backend = await openQueueBackend({
      redisUrl: url,
      database: {} as Database,
      prefix: 'picket-test',
      onError,
    });
    backends.push(backend);
    return backend;
  };

  afterEach(async () => {
    await Promise.all(backends.splice(0).map((backend) => backend.close()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  it('that may evict keys is a warning that names the fix', async () => {
    const { url } = await start('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru');
    const [warning, ...more] = await checkRedis(url);
    expect(more).toEqual([]);
    expect(warning).toContain('maxmemory-policy is allkeys-lru');
    expect(warning).toContain('CONFIG SET maxmemory-policy noeviction');
    expect(warning).toContain('"maxmemory-policy noeviction"');
  });

  it('that forbids CONFIG is checked all the same', async () => {
    const app = `app on >${SECRET} ~* &* +@all -config`.split(' ');
    const acl = ['--user', 'default', 'off', '--user', ...app];
    const { port } = await start('--maxmemory-policy', 'volatile-ttl', ...acl);
    const [warning] = await checkRedis(`redis://app:${SECRET}@127.0.0.1:${port}`);
    expect(warning).toContain('maxmemory-policy is volatile-ttl');
    expect(warning).not.toContain(SECRET);
  });

  it.each([
    ['no password', (port: number) => `redis://127.0.0.1:${port}`],
    ['a wrong password', (port: number) => `redis://:wrong-${SECRET}@127.0.0.1:${port}`],
  ])('that wants a password and gets %s refuses for good', async (_what, urlOf) => {
    const { port } = await start('--requirepass', 'another');
    const error = await failureOf(checkRedis(urlOf(port)));
    expect(error).toMatchObject({ code: 'redis-refused', retryable: false });
    expect(everythingOf(error)).not.toContain(SECRET);
  });

  it('keeps the queues under the prefix', async () => {
    const { url } = await start();
    const backend = await open(url);
    await backend.queue('scan-run').add('job', {});
    const client = new Redis(url);
    try {
      const keys = await client.keys('*');
      expect(keys.length).toBeGreaterThan(0);
      expect(keys.filter((key) => !key.startsWith('picket-test:scan-run:'))).toEqual([]);
    } finally {
      client.disconnect();
    }
  });

  it('that goes away is told, and fails producers soon', async () => {
    const server = await start();
    const told: string[] = [];
    const backend = await open(server.url, (error) => told.push(error.message));
    const queue = backend.queue('scan');
    await queue.waitUntilReady();
    await server.kill();
    const startedAt = Date.now();
    await expect(queue.add('job', {})).rejects.toThrow(/Reached the max retries per request limit/);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(told.join()).toContain('ECONNREFUSED');
  });

  // At once it is still noticed; later the clients are in a pause between two tries to reconnect.
  it.each([0, 100, 1_000])('that went away %i ms ago does not hold up the end', async (pause) => {
    const server = await start();
    const backend = await open(server.url);
    const worker = backend.worker('scan', async () => undefined);
    const events = backend.events('scan');
    const queue = backend.queue('scan');
    await Promise.all([worker.waitUntilReady(), events.waitUntilReady(), queue.waitUntilReady()]);
    await server.kill();
    await sleep(pause);
    const closingAt = Date.now();
    await backend.close();
    expect(Date.now() - closingAt).toBeLessThan(5_000);
  });

  it('that comes back finds the workers waiting', async () => {
    const first = await start();
    const backend = await open(first.url);
    const done: string[] = [];
    const worker = backend.worker('scan', async (job) => done.push(job.name));
    await worker.waitUntilReady();
    await first.kill();
    await sleep(300);
    const again = await startRedisServer([], first.port);
    servers.push(again);
    await expect
      .poll(
        () =>
          backend
            .queue('scan')
            .add('after', {})
            .then(({ name }) => name),
        { timeout: 10_000 },
      )
      .toBe('after');
    await expect.poll(() => done, { timeout: 15_000 }).toContain('after');
  });
});
