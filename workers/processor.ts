import { DelayedError, RateLimitError, UnrecoverableError, WaitingChildrenError, WaitingError } from 'bullmq';
import type { Job, Processor } from 'bullmq';
import type { Logger } from 'pino';
import { PicketError } from '../src/domain/errors.ts';

/** One attempt at a job, as the processors of all queues see it. */
export interface Attempt<Data> {
  readonly job: Job;
  readonly data: Data;
  readonly token: string;
  /** Aborted when the worker shuts down: hand back what is in flight. */
  readonly signal: AbortSignal;
  /** Puts the job back for whoever comes next. Always throws. */
  readonly handBack: () => Promise<never>;
}

/**
 * Wraps the processor of every queue: parses the payload, logs, and says in one place which errors are final.
 *
 * A permanent error of ours fails the job for good; every other is retried as the job's options say. `onGivenUp` runs
 * when no attempt is left.
 */
export function processor<Data, Result>(options: {
  readonly logger: Logger;
  readonly parse: (data: unknown) => Data;
  readonly run: (attempt: Attempt<Data>) => Promise<Result>;
  readonly onGivenUp?: (attempt: Attempt<Data>, problem: string) => Promise<void>;
}): Processor {
  // All three parameters without defaults: BullMQ counts them, and gives no signal to a function that takes fewer.
  return async (job, givenToken, givenSignal): Promise<Result> => {
    const token = givenToken ?? '';
    const signal = givenSignal ?? new AbortController().signal;
    const logger = options.logger.child({ queue: job.queueName, job: job.id });
    const started = performance.now();
    let attempt: Attempt<Data> | undefined;
    try {
      attempt = {
        job,
        data: options.parse(job.data),
        token,
        signal,
        handBack: async () => {
          await job.moveToWait(token);
          throw new WaitingError();
        },
      };
      const result = await options.run(attempt);
      logger.info({ ms: Math.round(performance.now() - started) }, 'job done');
      return result;
    } catch (error) {
      if (isControlFlow(error)) throw error;
      if (signal.aborted && attempt !== undefined) {
        // Ended by the shutdown and not by a fault: it costs the job no attempt.
        logger.info('job handed back');
        return attempt.handBack();
      }
      const message = error instanceof Error ? error.message : String(error);
      const permanent = error instanceof PicketError && !error.retryable;
      const last = permanent || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      const code = error instanceof PicketError ? error.code : 'unexpected';
      logger[last ? 'error' : 'warn'](
        { code, ...(error instanceof PicketError ? {} : { err: error }) },
        message,
      );
      if (last && attempt !== undefined) await options.onGivenUp?.(attempt, message);
      throw permanent ? new UnrecoverableError(message) : error;
    }
  };
}

function isControlFlow(error: unknown): boolean {
  return (
    error instanceof WaitingChildrenError ||
    error instanceof WaitingError ||
    error instanceof DelayedError ||
    error instanceof RateLimitError
  );
}
