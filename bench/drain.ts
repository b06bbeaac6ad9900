import type { Worker } from 'bullmq';

export interface Rate {
  readonly perSecond: number;
  /** CPU time of this process for each. */
  readonly cpuMicros: number;
}

/**
 * Runs the worker until it has completed that many jobs, and closes it.
 *
 * @param each how many of what is counted one job stands for.
 */
export async function drain(
  worker: Worker,
  { jobs, each }: { readonly jobs: number; readonly each: number },
  signal: AbortSignal,
): Promise<Rate> {
  let completed = 0;
  let onAbort: (() => void) | undefined;
  try {
    const done = new Promise<void>((resolve, reject) => {
      worker.on('completed', () => {
        completed += 1;
        if (completed === jobs) resolve();
      });
      worker.on('failed', (_job, error) => reject(error));
      worker.on('error', reject);
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
    });
    await worker.waitUntilReady();
    const cpu = process.cpuUsage();
    const started = performance.now();
    worker.run().catch(() => undefined);
    await done;
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { perSecond: (jobs * each) / seconds, cpuMicros: (user + system) / (jobs * each) };
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    await worker.close();
  }
}
