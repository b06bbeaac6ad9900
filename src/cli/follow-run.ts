import { setTimeout as delay } from 'node:timers/promises';
import { PermanentError } from '../domain/errors.ts';
import type { RunSummary } from '../domain/run.ts';
import type { Operations } from '../local-api/operations.ts';
import type { Progress } from './output/progress.ts';
import type { Terminal } from './terminal.ts';

const POLL_MS = 300;
/** After this long without anyone taking the request, say so. */
const PATIENCE_MS = 5_000;

/** Waits for an ad-hoc run to end, with progress. Raises `run-failed` with the run's own sentence. */
export async function followRun(
  operations: Operations,
  { jobId, runId }: { readonly jobId: string; readonly runId: string },
  { progress, terminal }: { readonly progress: Progress; readonly terminal: Terminal },
): Promise<RunSummary> {
  const started = performance.now();
  let complained = false;
  for (;;) {
    const { run, coverage, failure, workers } = await operations.runProgress({ jobId, runId });
    if (failure !== null) throw new PermanentError('run-failed', { what: failure.replace(/\.$/, '') });
    if (run === null || coverage === null) {
      progress.update(0, 0, 'waiting in the queue');
      if (workers === 0 && !complained && performance.now() - started > PATIENCE_MS) {
        complained = true;
        terminal.err('No worker is connected to the queue; the request waits until one is ("npm start").\n');
      }
    } else {
      const total = Object.values(coverage).reduce((sum, count) => sum + count, 0);
      progress.update(
        total - coverage.planned,
        total,
        run.status === 'planning' ? 'discovering' : 'scanning',
      );
      if (run.finishedAt !== null) return (await operations.run({ id: runId })).summary;
    }
    await delay(POLL_MS);
  }
}
