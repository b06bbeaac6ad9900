import { WaitingChildrenError } from 'bullmq';
import type { Processor, Queue } from 'bullmq';
import type { Run, RunSummary } from '../src/domain/run.ts';
import { destinationsToPublish } from '../src/ledger/publications.ts';
import { createRun, getRun, markRunning } from '../src/ledger/runs.ts';
import { addChunks, addPublish, laneOf } from '../src/queues/queues.ts';
import type { QueueName } from '../src/queues/names.ts';
import { runIdOf } from '../src/queues/run-id.ts';
import { parseScanRequest, selectionOf } from '../src/queues/scan-request.ts';
import type { ScanRequest } from '../src/queues/scan-request.ts';
import type { RunContext } from '../src/runs/context.ts';
import { failRun, finishRun } from '../src/runs/finish-run.ts';
import { planRun } from '../src/runs/plan-run.ts';
import { DEFAULT_PROFILE } from '../src/settings/settings.ts';
import { processor } from './processor.ts';
import type { Attempt } from './processor.ts';

/** One run: plan, add the chunks as children, wait for them, finish. The ledger knows how far it has come. */
export default function scanRun(context: RunContext, queue: (name: QueueName) => Queue): Processor {
  return processor<ScanRequest, RunSummary>({
    logger: context.logger,
    parse: parseScanRequest,
    async run(attempt) {
      const run = await beginRun(context, attempt);
      if (run.status === 'planning') {
        const chunks = await planRun(context, run, attempt.signal);
        const { job } = attempt;
        await addChunks(
          queue(laneOf(run)),
          { id: job.id ?? '', queue: job.queueQualifiedName },
          { runId: run.id, chunks },
        );
        await markRunning(context.database, run.id, context.now().toISOString());
      }
      if (await attempt.job.moveToWaitingChildren(attempt.token)) throw new WaitingChildrenError();
      const summary = await finishRun(context, run);
      if (context.settings.publish.enabled) {
        for (const destination of await destinationsToPublish(context.database)) {
          await addPublish(queue('publish'), destination);
        }
      }
      return summary;
    },
    async onGivenUp(attempt, problem) {
      const run = await getRun(context.database, runIdOf(attempt.job));
      if (run !== null) await failRun(context, run, problem);
    },
  });
}

async function beginRun(context: RunContext, { job, data }: Attempt<ScanRequest>): Promise<Run> {
  const id = runIdOf(job);
  await createRun(context.database, {
    id,
    // Set by the queue and not by the payload, so that no producer can pass for a schedule.
    trigger: job.repeatJobKey === undefined ? 'ad-hoc' : 'schedule',
    requestedBy: data.requestedBy,
    reason: data.reason ?? null,
    selection: selectionOf(data),
    profile: data.profile ?? DEFAULT_PROFILE,
    status: 'planning',
    createdAt: new Date(job.timestamp).toISOString(),
    startedAt: null,
    finishedAt: null,
    problems: [],
  });
  const run = await getRun(context.database, id);
  if (run === null) throw new Error(`The run ${id} was stored but is not there.`);
  return run;
}
