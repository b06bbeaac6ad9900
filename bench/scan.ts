import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Queue, Worker } from 'bullmq';
import type { Processor } from 'bullmq';
import { Redis } from 'ioredis';
import type { Run } from '../src/domain/run.ts';
import { planCoverage, summariseCoverage } from '../src/ledger/coverage.ts';
import { openDatabase } from '../src/ledger/database.ts';
import type { Database } from '../src/ledger/database.ts';
import { saveEndpoints } from '../src/ledger/endpoints.ts';
import { migrate } from '../src/ledger/migrate.ts';
import { createRun, markRunning } from '../src/ledger/runs.ts';
import { openQueueBackend } from '../src/queues/backend.ts';
import { queueNames } from '../src/queues/names.ts';
import { addChunks, laneOf } from '../src/queues/queues.ts';
import type { RunContext } from '../src/runs/context.ts';
import { CHUNK_SIZE } from '../src/runs/plan-run.ts';
import scan from '../workers/scan.ts';
import { startPostgresServer } from '../test/support/postgres-server.ts';
import { startRedisServer } from '../test/support/redis-server.ts';
import type { RedisServer } from '../test/support/redis-server.ts';
import { makeEndpoint } from './endpoints.ts';
import type { Report } from './bench-child.ts';
import { drain } from './drain.ts';
import type { Rate } from './drain.ts';
import { machineFacts, median, round, summary } from './machine.ts';
import { createNoopContext, PROFILE } from './noop-context.ts';

/** Jobs of one bare run. */
const BARE_JOBS = 6_000;
const ROUNDS = 5;

/** One way of running Picket's side. */
interface Setting {
  readonly ledger: 'postgres' | 'embedded';
  /** Jobs that one worker has at once, on both sides; the service's default is 2. */
  readonly concurrency: number;
  /** Endpoints of one run. */
  readonly endpoints: number;
  /** Whether every endpoint has an open finding, which each run sees again. */
  readonly findings: boolean;
}

const SETTINGS: readonly Setting[] = [
  { ledger: 'postgres', concurrency: 2, endpoints: 3_000, findings: false },
  { ledger: 'postgres', concurrency: 16, endpoints: 3_000, findings: false },
  { ledger: 'postgres', concurrency: 2, endpoints: 3_000, findings: true },
  { ledger: 'embedded', concurrency: 2, endpoints: 3_000, findings: false },
];

/**
 * Jobs per second of a bare BullMQ worker that does nothing, against endpoints per second of Picket's `scan` worker
 * with a probe that does nothing, ledger included, on the same Redis. The two take turns, so that whatever else the
 * machine is doing meets both; the ratio is the median of the ratios of neighbours.
 */
export async function benchScan(report: Report, signal: AbortSignal): Promise<void> {
  const redis = await startRedisServer(['--maxmemory-policy', 'noeviction']);
  try {
    const postgres = await startPostgresServer();
    try {
      for (const [index, setting] of SETTINGS.entries()) {
        signal.throwIfAborted();
        if (setting.ledger === 'postgres') {
          const url = await postgres.createDatabase(`bench_${index}`);
          await compare(redis, await openDatabase({ url }), setting, report, signal);
        } else {
          const directory = await mkdtemp(path.join(tmpdir(), 'picket-bench-'));
          try {
            const database = await openDatabase({ dataDirectory: path.join(directory, 'data') });
            await compare(redis, database, setting, report, signal);
          } finally {
            await rm(directory, { recursive: true, force: true });
          }
        }
      }
    } finally {
      await postgres.stop();
    }
  } finally {
    await redis.stop();
  }
}

async function compare(
  redis: RedisServer,
  database: Database,
  setting: Setting,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  try {
    await migrate(database);
    const context = await createNoopContext(database, { fires: setting.findings });
    for (let first = 0; first < setting.endpoints; first += 500) {
      const endpoints = Array.from({ length: 500 }, (_, index) => makeEndpoint(first + index));
      await saveEndpoints(database, endpoints, { runId: 'seed', seenAt: new Date().toISOString() });
    }
    const bare: Rate[] = [];
    const picket: Rate[] = [];
    for (let number = 0; number <= ROUNDS; number += 1) {
      signal.throwIfAborted();
      // As autovacuum leaves the tables of a server that has been up for some minutes. The embedded one has none.
      if (setting.ledger === 'postgres') await database.query('vacuum analyze');
      const jobs = await bareRun(redis, setting, signal);
      const endpoints = await picketRun(redis, context, setting, `run-${number}`, signal);
      // The first is for warming up.
      if (number === 0) continue;
      bare.push(jobs);
      picket.push(endpoints);
    }
    const ratios = picket.map(({ perSecond }, index) => perSecond / (bare[index]?.perSecond ?? Number.NaN));
    report({
      bench: 'scan',
      ...setting,
      chunk: CHUNK_SIZE,
      rounds: ROUNDS,
      bareJobsPerSecond: summary(bare.map(({ perSecond }) => perSecond)),
      endpointsPerSecond: summary(picket.map(({ perSecond }) => perSecond)),
      ratio: summary(ratios, 2),
      cpuMicrosPerBareJob: summary(bare.map(({ cpuMicros }) => cpuMicros)).median,
      cpuMicrosPerEndpoint: summary(picket.map(({ cpuMicros }) => cpuMicros)).median,
      goal: 'ratio at least 0.5',
      reached: round(median(ratios), 2) >= 0.5,
      ...machineFacts(),
    });
  } finally {
    await database.close();
  }
}

/** Jobs per second of BullMQ by itself. */
async function bareRun(redis: RedisServer, { concurrency }: Setting, signal: AbortSignal): Promise<Rate> {
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  const queue = new Queue('bare', { connection });
  try {
    for (let first = 0; first < BARE_JOBS; first += 500) {
      await queue.addBulk(
        Array.from({ length: 500 }, (_, index) => ({ name: 'bare', data: { number: first + index } })),
      );
    }
    const worker = new Worker('bare', () => Promise.resolve(null), {
      connection,
      concurrency,
      autorun: false,
    });
    return await drain(worker, { jobs: BARE_JOBS, each: 1 }, signal);
  } finally {
    await queue.close();
    await connection.flushall();
    connection.disconnect();
  }
}

/** Endpoints per second of the worker of the `scan` queue, as the service makes it. */
async function picketRun(
  redis: RedisServer,
  context: RunContext,
  { concurrency, endpoints, findings }: Setting,
  runId: string,
  signal: AbortSignal,
): Promise<Rate> {
  const { database } = context;
  const chunks = await plan(database, runId, endpoints);
  const backend = await openQueueBackend({ database, redisUrl: redis.url });
  try {
    // The parent waits for its children as a run's job does; nobody works on its queue here.
    const runs = backend.queue(queueNames.scanRun);
    const parent = await runs.add('schedule', { version: 1 });
    const lane = laneOf({ trigger: 'schedule' });
    await addChunks(
      backend.queue(lane),
      { id: parent.id ?? '', queue: runs.qualifiedName },
      { runId, chunks },
    );
    const worker = backend.worker(lane, scan(context) as Processor<unknown, unknown>, {
      concurrency,
      autorun: false,
    });
    const rate = await drain(worker, { jobs: chunks, each: endpoints / chunks }, signal);
    const { scanned } = await summariseCoverage(database, runId);
    if (scanned !== endpoints) throw new Error(`${scanned} of ${endpoints} endpoints were scanned.`);
    await expectFindings(database, findings ? endpoints : 0);
    return rate;
  } finally {
    await backend.close();
    const cleaner = new Redis(redis.url);
    await cleaner.flushall();
    cleaner.disconnect();
  }
}

/** Rows of a run's coverage, as planning writes them. @returns the number of chunks. */
async function plan(database: Database, runId: string, endpoints: number): Promise<number> {
  const at = new Date().toISOString();
  const run: Run = {
    id: runId,
    trigger: 'schedule',
    requestedBy: 'bench',
    reason: null,
    selection: {},
    profile: PROFILE,
    status: 'planning',
    createdAt: at,
    startedAt: null,
    finishedAt: null,
    problems: [],
  };
  await createRun(database, run);
  await planCoverage(database, {
    runId,
    selection: {},
    after: null,
    limit: endpoints,
    firstChunk: 0,
    chunkSize: CHUNK_SIZE,
    notCovered: new Map(),
  });
  await markRunning(database, runId, at);
  return Math.ceil(endpoints / CHUNK_SIZE);
}

async function expectFindings(database: Database, expected: number): Promise<void> {
  const { rows } = await database.query<{ open: number }>(
    `select count(*) as open from picket.finding where state = 'open'`,
  );
  if (rows[0]?.open !== expected)
    throw new Error(`${rows[0]?.open} findings are open, expected ${expected}.`);
}
