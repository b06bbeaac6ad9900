import type { Worker } from 'bullmq';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { createAws } from '../src/aws/clients.ts';
import { credentialsProblem } from '../src/aws/credentials.ts';
import { identity as whoAmI } from '../src/aws/identity.ts';
import { openDatabase } from '../src/ledger/database.ts';
import type { Database } from '../src/ledger/database.ts';
import { migrate } from '../src/ledger/migrate.ts';
import { destinationsToPublish } from '../src/ledger/publications.ts';
import { createOperations } from '../src/local-api/create-operations.ts';
import { serveOperations } from '../src/local-api/server.ts';
import { openQueueBackend } from '../src/queues/backend.ts';
import type { QueueBackend } from '../src/queues/backend.ts';
import { queueNames } from '../src/queues/names.ts';
import { addPublish } from '../src/queues/queues.ts';
import { syncSchedules } from '../src/queues/schedules.ts';
import type { RunContext } from '../src/runs/context.ts';
import { startCanary, type Canary } from '../src/scanner/canary.ts';
import { createDatagramDialler } from '../src/scanner/datagram-dialler.ts';
import { createDialler } from '../src/scanner/dialler.ts';
import { createPacing } from '../src/scanner/pacing.ts';
import { derivations } from '../src/derivations/derivations.ts';
import { loadProbes } from '../src/scanner/registry.ts';
import { createOwnershipReader } from '../src/scope/ownership.ts';
import { createScope } from '../src/scope/scope.ts';
import type { Environment } from '../src/settings/environment.ts';
import { loadSoftware } from '../src/settings/load-software.ts';
import { loadSettings } from '../src/settings/load-settings.ts';
import type { Settings } from '../src/settings/settings.ts';
import publish from './publish.ts';
import scanRun from './scan-run.ts';
import scan from './scan.ts';

/** A running service. */
export interface Service {
  /**
   * Hands back what is in flight and closes everything, within nine seconds. Work that does not let go in that time
   * is left to be found as stalled by whoever runs next; the process must end then.
   */
  close(): Promise<void>;
}

/** How long work in flight may take to let go. */
const GRACE_MS = 7_000;
const COMPLAIN_EVERY_MS = 10_000;
/** How long closing may take in all; whoever sent the signal expects the end within ten seconds. */
const CLOSE_MS = 9_000;

/** Puts the service together and starts scheduler and workers. Raises one sentence when something it needs is not there. */
export async function startService(environment: Environment): Promise<Service> {
  const logger = pino({ level: environment.logLevel, redact: ['*.password', '*.secret', '*.token'] });
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    // What needs no network comes first: bad configuration is told at once.
    const probes = await loadProbes();
    const settings = await loadSettings({ environment, probes: [...probes.values()], derivations });
    const knowledge = await loadSoftware({ configDir: environment.configDir, probes: [...probes.values()] });
    const aws = createAws({ logger });
    closers.push(async () => aws.close());
    const missing = await credentialsProblem(aws);
    if (missing !== null) throw missing;
    const identity = await whoAmI(aws);

    const database = await openDatabase(
      environment.databaseUrl === null
        ? { dataDirectory: environment.dataDir }
        : { url: environment.databaseUrl },
    );
    closers.push(() => database.close());
    await migrate(database);
    const backend = await openQueueBackend({
      database,
      ...(environment.redisUrl === null ? {} : { redisUrl: environment.redisUrl }),
      onError: complaints(logger),
    });
    closers.push(() => backend.close());
    for (const warning of backend.warnings) logger.warn(warning);

    const canary = await canaryOf(settings);
    if (canary !== null) closers.push(() => canary.close());

    const context: RunContext = {
      database,
      settings,
      aws,
      identity,
      scope: createScope({
        ownership: createOwnershipReader(aws, identity),
        authorisations: settings.authorisations,
        leaseMs: settings.scan.leaseSeconds * 1000,
        sandbox: environment.sandbox,
      }),
      probes,
      knowledge,
      pacing: createPacing(),
      dial: createDialler({ now: Date.now }),
      dialDatagram: createDatagramDialler({ now: Date.now }),
      canary,
      userAgent: userAgentOf(settings.authorisations.map(({ contact }) => contact)),
      logger,
      now: () => new Date(),
    };
    const workers = startWorkers(context, backend);
    closers.push(() => closeWorkers(workers, logger, GRACE_MS));
    await syncSchedules(backend.queue(queueNames.scanRun), settings.schedules);
    await publishBacklog(database, backend, settings.publish.enabled);

    if (database.kind === 'embedded') {
      const operations = createOperations({ database, backend });
      const server = await serveOperations(operations, environment.dataDir);
      closers.push(() => server.close());
    }
    logger.info(
      {
        account: identity.accountId,
        queue: backend.kind,
        ledger: database.kind,
        schedules: settings.schedules.length,
        authorisations: settings.authorisations.length,
        checks: settings.checks.length,
      },
      'Picket is up',
    );
    return {
      async close() {
        logger.info('Picket is going down');
        const closed = await within(CLOSE_MS, close());
        logger.info(closed ? 'Picket is down' : 'Picket is down, without having closed everything');
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function canaryOf({ scan: { canary } }: Settings): Promise<Canary | null> {
  if (canary === null) return null;
  const { listen, reachedAt } = canary;
  return startCanary({ listen, ...(reachedAt === undefined ? {} : { reachedAt }) });
}

/** A connection that is gone complains at every attempt to get it back: once in ten seconds is enough to know. */
function complaints(logger: Logger): (error: Error, source: string) => void {
  const last = new Map<string, number>();
  return (error, source) => {
    const now = performance.now();
    if (now - (last.get(error.message) ?? -COMPLAIN_EVERY_MS) < COMPLAIN_EVERY_MS) return;
    if (last.size > 100) last.clear();
    last.set(error.message, now);
    logger.warn({ source }, `The queue is in trouble: ${error.message}`);
  };
}

function startWorkers(context: RunContext, backend: QueueBackend): Worker[] {
  const { jobsAtOnce } = context.settings.scan;
  // A long sweep may outlive several crashes of its workers; every job can be repeated. A bound all the same, should
  // it be the job that kills them.
  const maxStalledCount = 5;
  const queue = (name: Parameters<QueueBackend['queue']>[0]) => backend.queue(name);
  return [
    backend.worker(queueNames.scanRun, scanRun(context, queue), { concurrency: 4, maxStalledCount }),
    backend.worker(queueNames.scan, scan(context), { concurrency: jobsAtOnce, maxStalledCount }),
    backend.worker(queueNames.scanAdHoc, scan(context), { concurrency: jobsAtOnce, maxStalledCount }),
    backend.worker(queueNames.publish, publish(context), { concurrency: 8, maxStalledCount }),
  ];
}

/** Closes the workers: jobs get the signal to hand back, and may take their grace before they are left behind. */
async function closeWorkers(workers: readonly Worker[], logger: Logger, graceMs: number): Promise<void> {
  const closing = Promise.all(
    workers.map((worker) => {
      const closed = worker.close();
      worker.cancelAllJobs('the service is going down');
      return closed;
    }),
  );
  if (await within(graceMs, closing)) return;
  logger.warn({ graceMs }, 'Some work did not let go in time; it will be taken over as stalled');
  await Promise.all(workers.map((worker) => worker.close(true)));
}

/** Waits for the work, but not longer. @returns whether it was done in time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What an earlier process left unpublished must not wait for the next run. */
async function publishBacklog(database: Database, backend: QueueBackend, enabled: boolean): Promise<void> {
  if (!enabled) return;
  for (const destination of await destinationsToPublish(database)) {
    await addPublish(backend.queue(queueNames.publish), destination);
  }
}

function userAgentOf(contacts: readonly string[]): string {
  const contact = new Set(contacts).size === 1 ? contacts[0] : undefined;
  return contact === undefined
    ? 'Picket'
    : `Picket (contact: ${contact.replaceAll(/[^\x20-\x7e]|[()]/g, '')})`;
}
