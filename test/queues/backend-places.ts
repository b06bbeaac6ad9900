import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe } from 'vitest';
import { openDatabase } from '../../src/ledger/database.ts';
import type { Database } from '../../src/ledger/database.ts';
import { openQueueBackend } from '../../src/queues/backend.ts';
import type { QueueBackend } from '../../src/queues/backend.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { startRedisServer } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { describeWith } from '../support/requires.ts';
import type { ChildTask } from './backend-child.ts';

export interface OpenBackend {
  readonly backend: QueueBackend;
  close(): Promise<void>;
}

/** Somewhere that queues can be kept. */
export interface Place {
  /** A place of its own that nobody has used: a database, a directory; in Redis, the one server. */
  fresh(): Promise<ChildTask['place']>;
  open(place: ChildTask['place']): Promise<OpenBackend>;
}

/** With Redis the ledger's database has no part in the queues: any use of it fails the test. */
const noDatabase = new Proxy({} as Database, {
  get(_target, property) {
    throw new Error(`the backend used the database's ${String(property)}`);
  },
});

async function open(place: ChildTask['place']): Promise<OpenBackend> {
  if ('redisUrl' in place) {
    const backend = await openQueueBackend({ redisUrl: place.redisUrl, database: noDatabase });
    return { backend, close: () => backend.close() };
  }
  const database = await openDatabase(place);
  const backend = await openQueueBackend({ database });
  return {
    backend,
    close: async () => {
      await backend.close();
      await database.close();
    },
  };
}

/** Runs the same tests on every kind of backend. */
export function describeOnEachBackend(
  name: string,
  tests: (kind: QueueBackend['kind'], place: () => Place) => void,
): void {
  describe(`${name}, embedded`, () => {
    let root: string;
    let count = 0;
    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), 'picket-queues-'));
    });
    afterAll(() => rm(root, { recursive: true, force: true }));
    const fresh = async (): Promise<ChildTask['place']> => ({
      dataDirectory: join(root, String((count += 1))),
    });
    tests('embedded', () => ({ fresh, open }));
  });

  describeWith('postgres', `${name}, PostgreSQL`, () => {
    let server: PostgresServer;
    let count = 0;
    beforeAll(async () => {
      server = await startPostgresServer();
    }, 120_000);
    afterAll(() => server.stop());
    const fresh = async (): Promise<ChildTask['place']> => ({
      url: await server.createDatabase(`queues_${(count += 1)}`),
    });
    tests('postgres', () => ({ fresh, open }));
  });

  describeWith('redis-server', `${name}, Redis`, () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedisServer();
    });
    afterAll(() => server.stop());
    const fresh = async (): Promise<ChildTask['place']> => ({ redisUrl: server.url });
    tests('redis', () => ({ fresh, open }));
  });
}

/** Starts the child; `active` resolves when it is at its job. */
export function startChild(task: ChildTask): {
  active: Promise<void>;
  ended: Promise<number | null>;
  kill(): Promise<void>;
} {
  const child = fork(fileURLToPath(new URL('./backend-child.ts', import.meta.url)), [JSON.stringify(task)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    active: Promise.race([
      once(child, 'message').then(() => undefined),
      ended.then((code) => Promise.reject(new Error(`the child ended with ${code} before its job began`))),
    ]),
    ended,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
