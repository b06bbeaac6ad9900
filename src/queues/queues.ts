import type { Queue } from 'bullmq';
import type { Destination } from '../domain/finding.ts';
import type { Run } from '../domain/run.ts';
import { queueNames } from './names.ts';
import type { QueueName } from './names.ts';
import type { PublishRequest, ScanChunk } from './payloads.ts';
import { runIdOf } from './run-id.ts';
import type { ScanRequest } from './scan-request.ts';
import { runJobOptions } from './schedules.ts';

/** Puts an ad-hoc request on the queue. @returns the id that its run will have. */
export async function addScanRequest(
  queue: Queue,
  request: ScanRequest,
): Promise<{ jobId: string; runId: string }> {
  const job = await queue.add('ad-hoc', request, runJobOptions);
  return { jobId: job.id ?? '', runId: runIdOf(job) };
}

/** The lane in which a run's chunks wait. */
export function laneOf(run: Pick<Run, 'trigger'>): QueueName {
  return run.trigger === 'ad-hoc' ? queueNames.scanAdHoc : queueNames.scan;
}

/** Adds a run's chunks as children of its job. Adding a chunk that is there already changes nothing. */
export async function addChunks(
  queue: Queue,
  parent: { readonly id: string; readonly queue: string },
  { runId, chunks }: { readonly runId: string; readonly chunks: number },
): Promise<void> {
  const BATCH = 500;
  for (let first = 0; first < chunks; first += BATCH) {
    await queue.addBulk(
      Array.from({ length: Math.min(BATCH, chunks - first) }, (_, index) => {
        const chunk = first + index;
        const data: ScanChunk = { runId, chunk };
        return {
          name: 'chunk',
          data,
          opts: {
            jobId: `${runId}-${chunk}`,
            parent,
            attempts: 5,
            backoff: { type: 'exponential', delay: 5_000 },
            // A chunk that fails for good fails its endpoints, not the run.
            ignoreDependencyOnFailure: true,
            // Kept until the run is over, so that adding it again is seen to be a repetition.
            removeOnComplete: { age: 86_400 },
            removeOnFail: { age: 7 * 86_400 },
          },
        };
      }),
    );
  }
}

/**
 * Asks for a destination to be brought in line with the ledger. One drain at a time works on a destination; what is
 * asked for while one is running leads to exactly one more after it.
 */
export async function addPublish(queue: Queue, destination: Destination): Promise<void> {
  const data: PublishRequest = { accountId: destination.accountId, region: destination.region };
  await queue.add('destination', data, {
    deduplication: { id: `${destination.accountId}/${destination.region}`, keepLastIfActive: true },
    attempts: 12,
    backoff: { type: 'exponential', delay: 2_000 },
    removeOnComplete: { age: 86_400, count: 1_000 },
    removeOnFail: { age: 7 * 86_400, count: 1_000 },
  });
}
