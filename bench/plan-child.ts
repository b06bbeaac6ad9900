/**
 * Plans one run as the worker of `scan-run` does, and says how much memory this process has then. Its arguments are
 * JSON: see {@link PlanRequest}. Run with --expose-gc.
 */
import { pino } from 'pino';
import { createAws } from '../src/aws/clients.ts';
import type { Run } from '../src/domain/run.ts';
import { summariseCoverage } from '../src/ledger/coverage.ts';
import { openDatabase } from '../src/ledger/database.ts';
import { migrate } from '../src/ledger/migrate.ts';
import { createRun } from '../src/ledger/runs.ts';
import { openQueueBackend } from '../src/queues/backend.ts';
import { queueNames } from '../src/queues/names.ts';
import { addChunks, laneOf } from '../src/queues/queues.ts';
import { planRun } from '../src/runs/plan-run.ts';
import { quietSdk } from '../src/settings/quiet-sdk.ts';
import { region } from './endpoints.ts';
import { createNoopContext, PROFILE } from './noop-context.ts';

export interface PlanRequest {
  readonly ledger: { readonly url: string } | { readonly dataDirectory: string };
  readonly redisUrl: string;
  readonly ec2Url: string;
}

/** All in MiB. */
export interface PlanMemory {
  readonly planned: number;
  readonly seconds: number;
  /** Resident before the run, with everything connected. */
  readonly before: number;
  /** Resident right after planning. */
  readonly after: number;
  /** The most that was resident at any time. */
  readonly peak: number;
  /** JavaScript objects that are still reachable after planning. */
  readonly heap: number;
}

const MIB = 2 ** 20;

quietSdk();
const { ledger, redisUrl, ec2Url } = JSON.parse(process.argv[2] ?? '') as PlanRequest;
const database = await openDatabase(ledger);
await migrate(database);
const backend = await openQueueBackend({ database, redisUrl });
const aws = createAws({
  endpoint: ec2Url,
  region,
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' },
  logger: pino({ level: 'warn' }, pino.destination(2)),
});
const context = { ...(await createNoopContext(database, { fires: false })), aws };
const run: Run = {
  id: 'run',
  trigger: 'schedule',
  requestedBy: 'bench',
  reason: null,
  selection: {},
  profile: PROFILE,
  status: 'planning',
  createdAt: new Date().toISOString(),
  startedAt: null,
  finishedAt: null,
  problems: [],
};
await createRun(database, run);
const runs = backend.queue(queueNames.scanRun);
const parent = await runs.add('schedule', { version: 1 });

const before = process.memoryUsage.rss();
const started = performance.now();
const chunks = await planRun(context, run, new AbortController().signal);
const job = { id: parent.id ?? '', queue: runs.qualifiedName };
await addChunks(backend.queue(laneOf(run)), job, { runId: run.id, chunks });
const after = process.memoryUsage.rss();
const seconds = (performance.now() - started) / 1000;
const peak = process.resourceUsage().maxRSS / 1024;
globalThis.gc?.();
const result: PlanMemory = {
  planned: (await summariseCoverage(database, run.id)).planned,
  seconds,
  before: before / MIB,
  after: after / MIB,
  peak,
  heap: process.memoryUsage().heapUsed / MIB,
};
console.log(JSON.stringify(result));
await backend.close();
aws.close();
await database.close();
