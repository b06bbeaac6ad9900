import { expect, it } from 'vitest';
import type { CoverageEntry } from '../../src/domain/run.ts';
import {
  pageCoverage,
  pendingOfChunk,
  planCoverage,
  recordOutcomes,
  summariseCoverage,
} from '../../src/ledger/coverage.ts';
import { createRun } from '../../src/ledger/runs.ts';
import { describeOnEachDatabase } from './databases.ts';
import { makeRun } from './samples.ts';

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
    ...changes,
  };
}

describeOnEachDatabase('coverage', (database) => {
  it('knows what of a chunk is still to do', async () => {
    await createRun(database(), makeRun('chunks'));
    const planned = ['c', 'a', 'b'].map((endpointId) => ({ endpointId, address: '127.1.0.1' }));
    await planCoverage(database(), 'chunks', 0, planned);
    await planCoverage(database(), 'chunks', 1, [{ endpointId: 'd', address: '127.1.0.2' }]);
    await planCoverage(database(), 'chunks', null, [
      {
        endpointId: 'e',
        address: '127.1.0.3',
        outcome: 'not-covered',
        reason: 'eu-west-1 could not be read',
      },
    ]);
    expect(await pendingOfChunk(database(), 'chunks', 0)).toEqual(['a', 'b', 'c']);

    await recordOutcomes(database(), [
      entry('chunks', 'b'),
      entry('chunks', 'a', { outcome: 'moved', reason: 'the address left' }),
    ]);
    expect(await pendingOfChunk(database(), 'chunks', 0)).toEqual(['c']);
    expect(await pendingOfChunk(database(), 'chunks', 1)).toEqual(['d']);
    expect(await summariseCoverage(database(), 'chunks')).toEqual({
      ...NOTHING,
      planned: 2,
      scanned: 1,
      moved: 1,
      'not-covered': 1,
    });
    expect(await pageCoverage(database(), 'chunks', { after: 'a', limit: 2 })).toEqual([
      entry('chunks', 'b'),
      entry('chunks', 'c', { outcome: 'planned', portsPlanned: 0, portsOpen: 0 }),
    ]);
    expect(
      await pageCoverage(database(), 'chunks', { after: null, limit: 9, outcomes: ['not-covered'] }),
    ).toEqual([
      entry('chunks', 'e', {
        address: '127.1.0.3',
        outcome: 'not-covered',
        reason: 'eu-west-1 could not be read',
        portsPlanned: 0,
        portsOpen: 0,
      }),
    ]);
  });

  it('moves what waits when a run is planned again, and leaves what is done', async () => {
    await createRun(database(), makeRun('replanned'));
    const both = ['x', 'y'].map((endpointId) => ({ endpointId, address: '127.1.0.1' }));
    await planCoverage(database(), 'replanned', 0, both);
    await recordOutcomes(database(), [entry('replanned', 'x')]);
    await planCoverage(database(), 'replanned', 1, both);
    expect(await pendingOfChunk(database(), 'replanned', 0)).toEqual([]);
    expect(await pendingOfChunk(database(), 'replanned', 1)).toEqual(['y']);
    expect((await summariseCoverage(database(), 'replanned')).scanned).toBe(1);
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
    await planCoverage(database(), 'no-such-run', 0, []);
    await recordOutcomes(database(), []);
    expect(await summariseCoverage(database(), 'no-such-run')).toEqual(NOTHING);
  });

  it('refuses coverage of a run that is not there', async () => {
    await expect(recordOutcomes(database(), [entry('no-such-run', 'a')])).rejects.toThrow(/foreign key/);
  });
});
