import { expect, it } from 'vitest';
import type { CoverageEntry } from '../../src/domain/run.ts';
import { pageCoverage, planCoverage, recordOutcomes, summariseCoverage } from '../../src/ledger/coverage.ts';
import type { PlanPage } from '../../src/ledger/coverage.ts';
import { markUnseenGone, pendingEndpoints, saveEndpoints } from '../../src/ledger/endpoints.ts';
import { createRun } from '../../src/ledger/runs.ts';
import { describeOnEachDatabase } from './databases.ts';
import { makeEndpoint, makeRun } from './samples.ts';

const NOTHING = {
  planned: 0,
  scanned: 0,
  incomplete: 0,
  'not-authorised': 0,
  excluded: 0,
  moved: 0,
  'not-covered': 0,
  failed: 0,
};

function entry(runId: string, endpointId: string, changes: Partial<CoverageEntry> = {}): CoverageEntry {
  return {
    runId,
    endpointId,
    address: '127.1.0.1',
    outcome: 'scanned',
    reason: null,
    portsPlanned: 3,
    portsOpen: 1,
    flickers: 0,
    ...changes,
  };
}

describeOnEachDatabase('coverage', (database) => {
  /** Saves endpoints that are told apart by a tag and plans a run over them; returns their ids in order. */
  async function planned(runId: string, changes: Partial<PlanPage> & { region?: string } = {}) {
    const { region = 'eu-central-1', ...page } = changes;
    const endpoints = [900, 901, 902, 903, 904].map((number) =>
      makeEndpoint(number, { region, tags: { plan: runId } }),
    );
    await createRun(database(), makeRun(runId));
    await saveEndpoints(database(), endpoints, { runId, seenAt: '2026-03-01T10:00:00.000Z' });
    const plan = await planCoverage(database(), { ...pageOf(runId), ...page });
    return { endpoints, ids: endpoints.map(({ id }) => id), plan };
  }

  const pageOf = (runId: string): PlanPage => ({
    runId,
    selection: { tags: { plan: runId } },
    after: null,
    limit: 100,
    firstChunk: 0,
    chunkSize: 2,
    notCovered: new Map(),
  });

  const pending = async (runId: string, chunk: number): Promise<string[]> =>
    (await pendingEndpoints(database(), runId, chunk)).map(({ endpoint }) => endpoint.id);

  it('plans the selected endpoints in chunks and knows what is still to do', async () => {
    const { endpoints, ids, plan } = await planned('chunks');
    const [a, b, c, d, e] = ids as [string, string, string, string, string];
    expect(plan).toEqual({ endpoints: 5, last: e });
    expect(await pendingEndpoints(database(), 'chunks', 0)).toEqual(
      endpoints.slice(0, 2).map((endpoint) => ({ endpoint, openPorts: [], openDiscriminators: [] })),
    );
    expect(await pending('chunks', 1)).toEqual([c, d]);
    expect(await pending('chunks', 2)).toEqual([e]);
    expect(await pending('chunks', 3)).toEqual([]);

    await recordOutcomes(database(), [
      entry('chunks', b),
      entry('chunks', a, { outcome: 'moved', reason: 'the address left' }),
      entry('chunks', c),
    ]);
    expect(await pending('chunks', 0)).toEqual([]);
    expect(await pending('chunks', 1)).toEqual([d]);
    expect(await summariseCoverage(database(), 'chunks')).toEqual({
      ...NOTHING,
      planned: 2,
      scanned: 2,
      moved: 1,
    });
    expect(await pageCoverage(database(), 'chunks', { after: b, limit: 2 })).toEqual([
      entry('chunks', c),
      entry('chunks', d, {
        address: endpoints[3]?.address ?? '',
        outcome: 'planned',
        portsPlanned: 0,
        portsOpen: 0,
      }),
    ]);
  });

  it('plans page by page, and nothing after the last', async () => {
    const { ids, plan } = await planned('pages', { region: 'eu-west-1', limit: 4 });
    expect(plan).toEqual({ endpoints: 4, last: ids[3] });
    const next = { ...pageOf('pages'), limit: 4, firstChunk: 2 };
    expect(await planCoverage(database(), { ...next, after: ids[3] ?? '' })).toEqual({
      endpoints: 1,
      last: ids[4],
    });
    expect(await pending('pages', 2)).toEqual([ids[4]]);
    expect(await planCoverage(database(), { ...next, after: ids[4] ?? '' })).toEqual({
      endpoints: 0,
      last: null,
    });
  });

  it('plans endpoints of a Region that could not be read as not covered', async () => {
    const reason = 'eu-west-2 could not be read';
    const notCovered = new Map([
      ['eu-west-2', reason],
      ['eu-west-3', 'nor this one'],
    ]);
    const { ids } = await planned('unread', { region: 'eu-west-2', notCovered });
    expect(await summariseCoverage(database(), 'unread')).toEqual({ ...NOTHING, 'not-covered': 5 });
    expect(await pending('unread', 0)).toEqual([]);
    const page = { after: null, limit: 1, outcomes: ['not-covered'] } as const;
    expect(await pageCoverage(database(), 'unread', page)).toMatchObject([{ endpointId: ids[0], reason }]);
  });

  it('leaves out endpoints that are gone', async () => {
    const { endpoints } = await planned('gone', { region: 'sa-west-1', limit: 1 });
    const [first, ...others] = endpoints;
    if (first === undefined) throw new Error('samples are missing');
    const at = '2026-03-01T11:00:00.000Z';
    await saveEndpoints(database(), others, { runId: 'later', seenAt: at });
    const reading = { accountId: first.accountId, region: first.region, runId: 'later', at };
    expect(await markUnseenGone(database(), reading)).toEqual([first.id]);
    await createRun(database(), makeRun('without'));
    const page = { ...pageOf('gone'), runId: 'without' };
    expect((await planCoverage(database(), page)).endpoints).toBe(4);
  });

  it('moves what waits when a run is planned again, and leaves what is done', async () => {
    const { ids } = await planned('replanned', { region: 'eu-south-1' });
    await recordOutcomes(database(), [entry('replanned', ids[0] ?? '')]);
    const again = { ...pageOf('replanned'), firstChunk: 7, notCovered: new Map([['eu-south-1', 'closed']]) };
    await planCoverage(database(), { ...again, chunkSize: 50, notCovered: new Map() });
    expect(await pending('replanned', 0)).toEqual([]);
    expect(await pending('replanned', 7)).toEqual(ids.slice(1));
    await planCoverage(database(), again);
    expect(await summariseCoverage(database(), 'replanned')).toEqual({
      ...NOTHING,
      scanned: 1,
      'not-covered': 4,
    });
  });

  it('records outcomes of several runs, and of endpoints that nobody planned, in one call', async () => {
    await createRun(database(), makeRun('left'));
    await createRun(database(), makeRun('right'));
    await recordOutcomes(database(), [
      entry('left', 'a'),
      entry('right', 'a', { outcome: 'failed', reason: 'of our own: \u0000' }),
      entry('left', 'a', { outcome: 'incomplete' }),
    ]);
    expect(await summariseCoverage(database(), 'left')).toEqual({ ...NOTHING, incomplete: 1 });
    expect((await pageCoverage(database(), 'right', { after: null, limit: 1 }))[0]?.reason).toBe(
      'of our own: \ufffd',
    );
  });

  it('does nothing with nothing', async () => {
    const { plan } = await planned('nothing', { selection: { tags: { plan: 'no such plan' } } });
    expect(plan).toEqual({ endpoints: 0, last: null });
    await recordOutcomes(database(), []);
    expect(await summariseCoverage(database(), 'no-such-run')).toEqual(NOTHING);
  });

  it('refuses coverage of a run that is not there', async () => {
    await expect(recordOutcomes(database(), [entry('no-such-run', 'a')])).rejects.toThrow(/foreign key/);
  });
});
