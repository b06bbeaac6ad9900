import { expect, it } from 'vitest';
import { addProblem, createRun, finishRun, getRun, listRuns, markRunning } from '../../src/ledger/runs.ts';
import { describeOnEachDatabase } from './databases.ts';
import { makeRun } from './samples.ts';

describeOnEachDatabase('runs', (database) => {
  it('creates a run once', async () => {
    const run = makeRun('once', { selection: { tags: { env: 'prod' } }, problems: ['first'] });
    expect(await createRun(database(), run)).toBe(true);
    expect(await createRun(database(), { ...run, profile: 'other' })).toBe(false);
    expect(await getRun(database(), 'once')).toEqual(run);
  });

  it('follows a run to its end and keeps its first beginning', async () => {
    await createRun(database(), makeRun('life'));
    await markRunning(database(), 'life', '2026-03-01T10:01:00.000Z');
    await markRunning(database(), 'life', '2026-03-01T10:02:00.000Z');
    await addProblem(database(), 'life', 'eu-west-1 could not be read');
    await addProblem(database(), 'life', 'eu-west-1 could not be read');
    await finishRun(database(), 'life', {
      status: 'partial',
      problems: ['eu-west-1 could not be read', 'a NUL: \u0000'],
      finishedAt: '2026-03-01T10:05:00.000Z',
    });
    const finished = makeRun('life', {
      status: 'partial',
      startedAt: '2026-03-01T10:01:00.000Z',
      finishedAt: '2026-03-01T10:05:00.000Z',
      problems: ['eu-west-1 could not be read', 'a NUL: \ufffd'],
    });
    expect(await getRun(database(), 'life')).toEqual(finished);
    await markRunning(database(), 'life', '2026-03-01T10:06:00.000Z');
    expect(await getRun(database(), 'life')).toEqual(finished);
  });

  it('lets a failed run go on', async () => {
    await createRun(database(), makeRun('again'));
    await finishRun(database(), 'again', {
      status: 'failed',
      problems: ['the ledger was away'],
      finishedAt: '2026-03-01T10:05:00.000Z',
    });
    await markRunning(database(), 'again', '2026-03-01T10:06:00.000Z');
    expect(await getRun(database(), 'again')).toMatchObject({ status: 'running', finishedAt: null });
  });

  it('keeps a bounded number of problems', async () => {
    await createRun(database(), makeRun('troubled'));
    await finishRun(database(), 'troubled', {
      status: 'failed',
      problems: Array.from({ length: 1500 }, (_, index) => `problem ${index}`),
      finishedAt: '2026-03-01T10:05:00.000Z',
    });
    expect((await getRun(database(), 'troubled'))?.problems).toHaveLength(1000);
  });

  it('finds a run by the beginning of its id, when no other begins like it', async () => {
    await createRun(database(), makeRun('abc'));
    await createRun(database(), makeRun('abc-1'));
    await createRun(database(), makeRun('abc-2'));
    expect((await getRun(database(), 'abc'))?.id).toBe('abc');
    expect((await getRun(database(), 'abc-2'))?.id).toBe('abc-2');
    await expect(getRun(database(), 'ab')).rejects.toMatchObject({ code: 'run-ambiguous', retryable: false });
    await expect(getRun(database(), 'abc-')).rejects.toThrow(/abc-1 and abc-2/);
    for (const nothing of ['', '%', 'abc_', 'zzz', '\u0000']) {
      expect(await getRun(database(), nothing)).toBeNull();
    }
  });

  it('lists runs from the newest, page by page', async () => {
    for (const [id, createdAt] of [
      ['page-1', '2030-01-01T00:00:00.000Z'],
      ['page-2', '2030-01-02T00:00:00.000Z'],
      ['page-3', '2030-01-03T00:00:00.000Z'],
      ['page-4', '2030-01-03T00:00:00.000Z'],
    ] as const) {
      await createRun(database(), makeRun(id, { createdAt }));
    }
    const first = await listRuns(database(), { limit: 3 });
    expect(first.map(({ id }) => id)).toEqual(['page-4', 'page-3', 'page-2']);
    const next = await listRuns(database(), { limit: 1, before: 'page-2' });
    expect(next.map(({ id }) => id)).toEqual(['page-1']);
  });
});
