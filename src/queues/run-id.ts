import { createHash } from 'node:crypto';

/**
 * The id of the run that a job in `scan-run` stands for: the same whenever the job is processed again. The time is
 * part of it because a queue that was emptied counts its job ids from the start.
 */
export function runIdOf(job: { readonly id?: string | undefined; readonly timestamp: number }): string {
  const digest = createHash('sha256')
    .update(`${job.id ?? ''}\u0000${job.timestamp}`)
    .digest('hex');
  return `run-${digest.slice(0, 16)}`;
}
