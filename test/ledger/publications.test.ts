import { expect, it } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import type { Database } from '../../src/ledger/database.ts';
import { saveFindings } from '../../src/ledger/findings.ts';
import {
  destinationsToPublish,
  findingsToPublish,
  pageRejected,
  recordPublished,
  recordRejected,
} from '../../src/ledger/publications.ts';
import { describeOnEachDatabase } from './databases.ts';
import { makeEndpoint, makeFinding } from './samples.ts';

const AT = '2026-03-05T00:00:00.000Z';

async function waiting(database: Database, region: string): Promise<[string, number][]> {
  const page = { after: null, limit: 100 };
  const findings = await findingsToPublish(database, { accountId: '111122223333', region }, page);
  return findings.map(({ id, revision }) => [id, revision]);
}

function sample(region: string, number: number, changes: Partial<Finding> = {}): Finding {
  return makeFinding(makeEndpoint(number, { region }), changes);
}

describeOnEachDatabase('publications', (database) => {
  it('says which destinations are behind, until they are not', async () => {
    expect(await destinationsToPublish(database())).toEqual([]);
    const [north, south] = [sample('north', 1), sample('south', 2)];
    await saveFindings(database(), [south, north]);
    expect(await destinationsToPublish(database())).toEqual([
      { accountId: '111122223333', region: 'north' },
      { accountId: '111122223333', region: 'south' },
    ]);
    await recordPublished(database(), [{ id: north.id, revision: 1 }], AT);
    expect(await waiting(database(), 'north')).toEqual([]);
    await recordPublished(database(), [{ id: south.id, revision: 1 }], AT);
    expect(await destinationsToPublish(database())).toEqual([]);
  });

  it('still has to publish what changed while it was being published', async () => {
    const finding = sample('changing', 3);
    await saveFindings(database(), [finding]);
    await saveFindings(database(), [{ ...finding, revision: 2, state: 'resolved' }]);
    await recordPublished(database(), [{ id: finding.id, revision: 1 }], AT);
    expect(await waiting(database(), 'changing')).toEqual([[finding.id, 2]]);
    await recordPublished(database(), [{ id: finding.id, revision: 2 }], AT);
    await recordPublished(database(), [{ id: finding.id, revision: 1 }], AT);
    expect(await waiting(database(), 'changing')).toEqual([]);
  });

  it('is not told by saving a finding what was published', async () => {
    const finding = sample('saving', 4);
    await saveFindings(database(), [finding]);
    await recordPublished(database(), [{ id: finding.id, revision: 1 }], AT);
    await saveFindings(database(), [{ ...finding, timesSeen: 2, publishedRevision: 0 }]);
    expect(await waiting(database(), 'saving')).toEqual([]);
  });

  it('parks what the destination refuses, with its words, until it changes', async () => {
    const [refused, fine] = [sample('refusing', 5), sample('refusing', 6)];
    await saveFindings(database(), [refused, fine]);
    await recordRejected(
      database(),
      [{ id: refused.id, revision: 1, code: 'InvalidInput', message: 'data.Types[0] should match\u0000' }],
      AT,
    );
    expect(await waiting(database(), 'refusing')).toEqual([[fine.id, 1]]);
    const parked = { destination: { accountId: '111122223333', region: 'refusing' }, after: null, limit: 10 };
    expect(await pageRejected(database(), parked)).toEqual([
      { finding: refused, code: 'InvalidInput', message: 'data.Types[0] should match\ufffd', rejectedAt: AT },
    ]);
    expect(await pageRejected(database(), { after: refused.id, limit: 10 })).toEqual([]);

    await saveFindings(database(), [{ ...refused, revision: 2 }]);
    expect(await waiting(database(), 'refusing')).toEqual(
      [[fine.id, 1] as [string, number], [refused.id, 2] as [string, number]].sort(([left], [right]) =>
        left < right ? -1 : 1,
      ),
    );
    expect(await pageRejected(database(), parked)).toEqual([]);
    // Late news of the old revision does not park the new one.
    await recordRejected(
      database(),
      [{ id: refused.id, revision: 1, code: 'InvalidInput', message: 'late' }],
      AT,
    );
    expect(await waiting(database(), 'refusing')).toHaveLength(2);
  });

  it('lets a parked revision be published after all', async () => {
    const finding = sample('relenting', 7);
    await saveFindings(database(), [finding]);
    await recordRejected(database(), [{ id: finding.id, revision: 1, code: 'Throttled', message: 'no' }], AT);
    await recordPublished(database(), [{ id: finding.id, revision: 1 }], AT);
    expect(await pageRejected(database(), { after: null, limit: 10 })).toEqual([]);
    expect(await waiting(database(), 'relenting')).toEqual([]);
  });

  it('pages by id within a destination', async () => {
    const many = Array.from({ length: 7 }, (_, index) => sample('paged', 20, { port: 100 + index }));
    await saveFindings(database(), many);
    const destination = { accountId: '111122223333', region: 'paged' };
    const first = await findingsToPublish(database(), destination, { after: null, limit: 4 });
    const after = first.at(-1)?.id ?? null;
    const second = await findingsToPublish(database(), destination, { after, limit: 4 });
    expect([...first, ...second].map(({ id }) => id)).toEqual(many.map(({ id }) => id).sort());
  });

  it('looks for work in an index that holds only work', async () => {
    const { rows } = await database().transaction(async (tx) => {
      await tx.query('set local enable_seqscan = off');
      return tx.query<{ 'QUERY PLAN': string }>(
        `explain select distinct account_id, region from picket.finding
         where published_revision < revision and rejected_revision is distinct from revision`,
      );
    });
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('finding_outbox');
  });
});
