import type { Queue } from 'bullmq';
import type { Schedule } from '../settings/settings.ts';
import type { ScanRequest } from './scan-request.ts';

const PREFIX = 'schedule:';

/**
 * Makes the queue's job schedulers equal to the schedules of the configuration: new ones are added, changed ones
 * changed, and those that left the file leave the queue.
 */
export async function syncSchedules(queue: Queue, schedules: readonly Schedule[]): Promise<void> {
  for (const { id, cron, timezone, profile, selection } of schedules) {
    const request: ScanRequest = {
      version: 1,
      requestedBy: `${PREFIX}${id}`,
      profile,
      select: Object.keys(selection).length === 0 ? { all: true } : { ...selection },
    };
    await queue.upsertJobScheduler(
      `${PREFIX}${id}`,
      { pattern: cron, tz: timezone },
      { name: 'scheduled', data: request, opts: runJobOptions },
    );
  }
  const wanted = new Set(schedules.map(({ id }) => `${PREFIX}${id}`));
  for (const { key } of await queue.getJobSchedulers()) {
    if (key.startsWith(PREFIX) && !wanted.has(key)) await queue.removeJobScheduler(key);
  }
}

/** A run is tried again when AWS, the ledger or the queue could not be reached; everything in it may be repeated. */
export const runJobOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 5_000 },
  removeOnComplete: { age: 7 * 86_400, count: 1_000 },
  removeOnFail: { age: 30 * 86_400, count: 1_000 },
} as const;
