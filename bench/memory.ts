import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import pLimit from 'p-limit';
import { startPostgresServer } from '../test/support/postgres-server.ts';
import { startRedisServer } from '../test/support/redis-server.ts';
import { machineFacts, median, round, summary } from './machine.ts';
import type { PlanMemory, PlanRequest } from './plan-child.ts';
import type { Report } from './bench-child.ts';

interface Setting {
  readonly ledger: 'postgres' | 'embedded';
  /** Node's --max-old-space-size; null leaves it to V8, which allows gigabytes on a big machine. */
  readonly heapLimitMiB: number | null;
  /** Endpoints of the runs that are compared. */
  readonly small: number;
  readonly large: number;
  /** Fresh processes of each size. */
  readonly rounds: number;
}

/** Processes that plan at the same time; each keeps about one core busy, and does not see the others' memory. */
const AT_ONCE = 2;

const SETTINGS: readonly Setting[] = [
  { ledger: 'postgres', heapLimitMiB: 512, small: 10_000, large: 100_000, rounds: 3 },
  // For information, and so once.
  { ledger: 'postgres', heapLimitMiB: null, small: 10_000, large: 100_000, rounds: 1 },
  { ledger: 'embedded', heapLimitMiB: 512, small: 10_000, large: 30_000, rounds: 1 },
];

/**
 * Resident memory of a process that has planned a run: discovery through the SDK's own client, the ledger's rows, the
 * chunks on the queue. Each measurement has a fresh process; Redis, PostgreSQL and the EC2 are other processes.
 */
export async function benchMemory(report: Report, signal: AbortSignal): Promise<void> {
  const redis = await startRedisServer(['--maxmemory-policy', 'noeviction']);
  try {
    const postgres = await startPostgresServer();
    try {
      let databases = 0;
      const newDatabase = (): Promise<string> => postgres.createDatabase(`plan_${(databases += 1)}`);
      const limit = pLimit(AT_ONCE);
      // The first failure ends all.
      const failed = new AbortController();
      const either = AbortSignal.any([signal, failed.signal]);
      const plan = (setting: Setting, size: number): Promise<PlanMemory[]> =>
        Promise.all(
          Array.from({ length: setting.rounds }, () =>
            limit(() => planOnce({ setting, size, redisUrl: redis.url, newDatabase }, either)).catch(
              (error: unknown) => {
                failed.abort(error);
                throw error;
              },
            ),
          ),
        );
      const reports = SETTINGS.map(async (setting) => {
        const { ledger, heapLimitMiB } = setting;
        const [large, small] = await Promise.all([
          plan(setting, setting.large),
          plan(setting, setting.small),
        ]);
        const common = { bench: 'memory', ledger, heapLimitMiB };
        report({ ...common, endpoints: setting.small, ...describe(small) });
        report({ ...common, endpoints: setting.large, ...describe(large) });
        report({ ...common, ...compare(setting, small, large), ...machineFacts() });
      });
      const ended = await Promise.allSettled(reports);
      for (const result of ended) if (result.status === 'rejected') throw result.reason;
    } finally {
      await postgres.stop();
    }
  } finally {
    await redis.stop();
  }
}

function describe(runs: readonly PlanMemory[]): Record<string, unknown> {
  const of = (key: keyof PlanMemory, digits = 0): ReturnType<typeof summary> =>
    summary(
      runs.map((run) => run[key]),
      digits,
    );
  return {
    rounds: runs.length,
    rssBeforeMiB: of('before'),
    rssMiB: of('after'),
    peakRssMiB: of('peak'),
    reachableHeapMiB: of('heap', 1),
    seconds: of('seconds', 1),
  };
}

function compare(
  sizes: Setting,
  small: readonly PlanMemory[],
  large: readonly PlanMemory[],
): Record<string, unknown> {
  const ratio = (key: keyof PlanMemory): number =>
    round(median(large.map((run) => run[key])) / median(small.map((run) => run[key])), 2);
  return {
    compared: `${sizes.large} with ${sizes.small} endpoints`,
    rssRatio: ratio('after'),
    peakRssRatio: ratio('peak'),
    goal: 'rssRatio at most 1.2',
    reached: ratio('after') <= 1.2,
  };
}

/** Plans a run over that many endpoints in a process of its own, into a new ledger. */
async function planOnce(
  run: {
    readonly setting: Setting;
    readonly size: number;
    readonly redisUrl: string;
    readonly newDatabase: () => Promise<string>;
  },
  signal: AbortSignal,
): Promise<PlanMemory> {
  signal.throwIfAborted();
  const { setting, size, redisUrl, newDatabase } = run;
  const directory = await mkdtemp(path.join(tmpdir(), 'picket-bench-'));
  const ec2 = fork(path.join(import.meta.dirname, 'ec2-child.js'), [String(size)]);
  try {
    const [ec2Url] = (await once(ec2, 'message', { signal })) as [string];
    const ledger =
      setting.ledger === 'postgres'
        ? { url: await newDatabase() }
        : { dataDirectory: path.join(directory, 'data') };
    const flags = setting.heapLimitMiB === null ? [] : [`--max-old-space-size=${setting.heapLimitMiB}`];
    const memory = await planIn(flags, { ledger, redisUrl, ec2Url }, signal);
    if (memory.planned !== size) throw new Error(`${memory.planned} endpoints were planned, not ${size}.`);
    return memory;
  } finally {
    if (ec2.exitCode === null && ec2.signalCode === null) {
      ec2.kill();
      await once(ec2, 'exit');
    }
    await rm(directory, { recursive: true, force: true });
  }
}

async function planIn(
  flags: readonly string[],
  request: PlanRequest,
  signal: AbortSignal,
): Promise<PlanMemory> {
  const script = path.join(import.meta.dirname, 'plan-child.js');
  const child = spawn(process.execPath, [...flags, '--expose-gc', script, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = (): void => void child.kill();
  signal.addEventListener('abort', kill, { once: true });
  try {
    const exit = once(child, 'exit') as Promise<[number | null]>;
    const [output, [code]] = await Promise.all([text(child.stdout), exit]);
    signal.throwIfAborted();
    if (code !== 0) throw new Error('A process that plans has failed.');
    return JSON.parse(output) as PlanMemory;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
