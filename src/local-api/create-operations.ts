import { PermanentError } from '../domain/errors.ts';
import type { RunSummary } from '../domain/run.ts';
import { countFlickers, pageCoverage, summariseCoverage } from '../ledger/coverage.ts';
import type { Database } from '../ledger/database.ts';
import { pageEndpoints } from '../ledger/endpoints.ts';
import { beginFeed, completeFeed, confirmFeed, discardFeed, fillFeed, listFeeds } from '../ledger/feeds.ts';
import { countRunChanges, getFinding, pageFindings } from '../ledger/findings.ts';
import { countToPublish } from '../ledger/publications.ts';
import { getRun, listRuns } from '../ledger/runs.ts';
import type { QueueBackend } from '../queues/backend.ts';
import { queueNames } from '../queues/names.ts';
import { addScanRequest } from '../queues/queues.ts';
import { parseScanRequest } from '../queues/scan-request.ts';
import type { Operations } from './operations.ts';

/** The operations on this process's own ledger and queue. */
export function createOperations({
  database,
  backend,
}: {
  readonly database: Database;
  /** Opened when first needed: commands that only read the ledger do without the queue. */
  readonly backend: QueueBackend | (() => Promise<QueueBackend>);
}): Operations {
  const queues = async (): Promise<QueueBackend> => (typeof backend === 'function' ? backend() : backend);
  return {
    async requestScan(request) {
      // Checked here too, so that whoever types it gets the sentence at once.
      return addScanRequest((await queues()).queue(queueNames.scanRun), parseScanRequest(request));
    },
    async runProgress({ jobId, runId }) {
      const open = await queues();
      const queue = open.queue(queueNames.scanRun);
      const [run, job, workers] = await Promise.all([
        getRun(database, runId),
        queue.getJob(jobId),
        // Embedded, only a service can be asked, and it is the worker.
        open.kind === 'embedded' ? 1 : queue.getWorkersCount(),
      ]);
      const failed = job !== undefined && (await job.isFailed());
      return {
        run,
        coverage: run === null ? null : await summariseCoverage(database, runId),
        failure: failed ? (job.failedReason ?? 'the queue gives no reason') : null,
        workers,
      };
    },
    runs: ({ limit, before }) => listRuns(database, { limit, before }),
    async run({ id }) {
      const run = await getRun(database, id);
      if (run === null) throw unknown('run', id, 'picket runs');
      const summary: RunSummary = {
        runId: run.id,
        status: run.status,
        coverage: await summariseCoverage(database, run.id),
        flickers: await countFlickers(database, run.id),
        findings: await countRunChanges(database, run.id),
        problems: run.problems,
      };
      return { run, summary };
    },
    coverage: ({ runId, after, limit }) => pageCoverage(database, runId, { after, limit }),
    endpoints: ({ selection, after, limit }) => pageEndpoints(database, { selection, after, limit }),
    findings: (input) => pageFindings(database, input),
    async finding({ id }) {
      const finding = await getFinding(database, id);
      if (finding === null) throw unknown('finding', id, 'picket findings');
      return finding;
    },
    publication: () => countToPublish(database),
    feeds: () => listFeeds(database),
    beginFeed: (input) => beginFeed(database, input),
    fillFeed: (input) => fillFeed(database, input),
    completeFeed: (input) => completeFeed(database, input),
    discardFeed: (input) => discardFeed(database, input),
    confirmFeed: (input) => confirmFeed(database, input),
  };
}

function unknown(what: string, id: string, command: string): PermanentError {
  return new PermanentError(`${what}-unknown`, {
    what: `There is no such ${what}`,
    got: id,
    expected: `an id that "${command}" shows, or the beginning of one`,
  });
}
