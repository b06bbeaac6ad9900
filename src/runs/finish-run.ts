import type { Run, RunStatus, RunSummary } from '../domain/run.ts';
import { countFlickers, pageCoverage, recordOutcomes, summariseCoverage } from '../ledger/coverage.ts';
import { countRunChanges } from '../ledger/findings.ts';
import { finishRun as storeEnd, getRun } from '../ledger/runs.ts';
import type { RunContext } from './context.ts';

/**
 * Ends a run: endpoints that no chunk has dealt with get the outcome `failed`, and the run its status. `partial`
 * means that some endpoint that should have been scanned was not. Safe to repeat.
 */
export async function finishRun(context: RunContext, run: Run): Promise<RunSummary> {
  const { database } = context;
  await failLeftovers(context, run);
  const coverage = await summariseCoverage(database, run.id);
  const missed = coverage.incomplete + coverage.moved + coverage['not-covered'] + coverage.failed;
  const current = await getRun(database, run.id);
  const problems = current?.problems ?? [];
  const status: RunStatus = missed > 0 || problems.length > 0 ? 'partial' : 'completed';
  await storeEnd(database, run.id, { status, problems: [], finishedAt: context.now().toISOString() });
  return {
    runId: run.id,
    status,
    coverage,
    flickers: await countFlickers(database, run.id),
    findings: await countRunChanges(database, run.id),
    problems,
  };
}

/** Ends a run that could not be carried out. */
export async function failRun(context: RunContext, run: Run, problem: string): Promise<void> {
  await failLeftovers(context, run);
  await storeEnd(context.database, run.id, {
    status: 'failed',
    problems: [problem],
    finishedAt: context.now().toISOString(),
  });
}

async function failLeftovers({ database }: RunContext, run: Run): Promise<void> {
  for (;;) {
    const left = await pageCoverage(database, run.id, { after: null, limit: 500, outcomes: ['planned'] });
    if (left.length === 0) return;
    await recordOutcomes(
      database,
      left.map((entry) => ({
        ...entry,
        outcome: 'failed',
        reason: 'its chunk could not be scanned; the log of the worker says why',
      })),
    );
  }
}
