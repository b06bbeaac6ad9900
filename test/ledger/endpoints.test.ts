import { expect, it } from 'vitest';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import {
  countEndpoints,
  markUnseenGone,
  pageEndpoints,
  saveEndpoints,
  unknownInSelection,
} from '../../src/ledger/endpoints.ts';
import { describeOnEachDatabase } from './databases.ts';
import { makeEndpoint } from './samples.ts';

const T1 = '2026-03-01T10:00:00.000Z';
const T2 = '2026-03-01T11:00:00.000Z';
const T3 = '2026-03-01T12:00:00.000Z';

describeOnEachDatabase('endpoints', (database) => {
  const byId = (endpoints: string[]): Promise<Endpoint[]> =>
    pageEndpoints(database(), { selection: { endpoints }, after: null, limit: 100, present: false });

  it('gives back what was saved, to the last field', async () => {
    const plain = makeEndpoint(1, { region: 'eu-north-1', tags: { Name: 'web "1"', env: 'prod' } });
    const six = makeEndpoint(2, {
      region: 'eu-north-1',
      family: 6,
      address: '2001:db8::2',
      privateAddress: null,
      instanceId: null,
      instanceType: null,
      instanceState: null,
      tags: {},
      securityGroupIds: [],
      exposure: { state: 'unknown', reason: 'ec2:DescribeSecurityGroupRules was denied' },
    });
    await saveEndpoints(database(), [plain, six], { runId: 'run-a', seenAt: T1 });
    expect(await byId([six.id, 'nowhere', plain.id])).toEqual([plain, six]);
  });

  it('saves an endpoint that comes twice in a batch once, as it was last', async () => {
    const first = makeEndpoint(3, { region: 'eu-west-3', instanceState: 'pending' });
    await saveEndpoints(database(), [first, { ...first, instanceState: 'running' }], {
      runId: 'run-a',
      seenAt: T1,
    });
    expect((await byId([first.id]))[0]?.instanceState).toBe('running');
  });

  it('does not let an older reading overwrite a newer one', async () => {
    const endpoint = makeEndpoint(4, { region: 'eu-west-3' });
    await saveEndpoints(database(), [{ ...endpoint, instanceState: 'stopped' }], {
      runId: 'run-b',
      seenAt: T2,
    });
    await saveEndpoints(database(), [endpoint], { runId: 'run-a', seenAt: T1 });
    expect((await byId([endpoint.id]))[0]?.instanceState).toBe('stopped');
  });

  it('keeps strings that PostgreSQL cannot hold from costing the batch', async () => {
    const hostile = makeEndpoint(5, {
      region: 'eu-west-3',
      tags: { a: 'x\u0000y', b: '\ud800', c: '\\u0000' },
    });
    const innocent = makeEndpoint(6, { region: 'eu-west-3' });
    await saveEndpoints(database(), [hostile, innocent], { runId: 'run-a', seenAt: T1 });
    const saved = await byId([hostile.id, innocent.id]);
    expect(saved.map(({ tags }) => tags)).toEqual([
      { a: 'x\ufffdy', b: '\ufffd', c: '\\u0000' },
      innocent.tags,
    ]);
  });

  it('marks as gone what a complete reading of a Region did not have, and nothing else', async () => {
    const region = 'ap-south-1';
    const [stays, goes, elsewhere, seenByAnother] = [
      makeEndpoint(10, { region }),
      makeEndpoint(11, { region }),
      makeEndpoint(12, { region: 'ap-south-2' }),
      makeEndpoint(13, { region }),
    ] as const;
    await saveEndpoints(database(), [stays, goes, elsewhere], { runId: 'run-1', seenAt: T1 });
    await saveEndpoints(database(), [seenByAnother], { runId: 'run-3', seenAt: T3 });
    await saveEndpoints(database(), [stays], { runId: 'run-2', seenAt: T2 });
    const reading = { accountId: stays.accountId, region, runId: 'run-2', at: T2 };
    expect(await markUnseenGone(database(), reading)).toEqual([goes.id]);
    expect(await markUnseenGone(database(), reading)).toEqual([]);

    const ids = [stays, goes, elsewhere, seenByAnother].map(({ id }) => id);
    const here = { selection: { endpoints: ids }, after: null, limit: 10 };
    const without = ids.filter((id) => id !== goes.id).sort();
    expect((await pageEndpoints(database(), here)).map(({ id }) => id)).toEqual(without);
    expect(await pageEndpoints(database(), { ...here, present: false })).toHaveLength(4);
    expect(await countEndpoints(database(), here)).toBe(3);
    expect(await countEndpoints(database(), { ...here, present: false })).toBe(4);

    await saveEndpoints(database(), [goes], { runId: 'run-4', seenAt: T3 });
    expect(await countEndpoints(database(), here)).toBe(4);
  });

  it('pages through a selection in the order of ids, each endpoint once', async () => {
    const region = 'sa-east-1';
    const many = Array.from({ length: 25 }, (_, index) =>
      makeEndpoint(100 + index, { region, tags: { fleet: 'paged', odd: String(index % 2) } }),
    );
    await saveEndpoints(database(), many, { runId: 'run-1', seenAt: T1 });
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page = await pageEndpoints(database(), {
        selection: { tags: { fleet: 'paged' } },
        after,
        limit: 7,
      });
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
      after = seen.at(-1) ?? null;
    }
    expect(seen).toEqual(many.map(({ id }) => id).sort());
    const odd = { selection: { tags: { fleet: 'paged', odd: '1' } } };
    expect(await countEndpoints(database(), odd)).toBe(12);
  });

  it('joins kinds with AND and values of a kind with OR', async () => {
    const region = 'ca-central-1';
    const [one, two, three] = [
      makeEndpoint(200, { region, instanceId: 'i-0000000000000200', tags: { env: 'prod' } }),
      makeEndpoint(201, { region, instanceId: 'i-0000000000000201', tags: { env: 'prod' } }),
      makeEndpoint(202, { region, instanceId: 'i-0000000000000202', tags: { env: 'test' } }),
    ] as const;
    await saveEndpoints(database(), [one, two, three], { runId: 'run-1', seenAt: T1 });
    const ids = async (selection: Parameters<typeof pageEndpoints>[1]['selection']): Promise<string[]> =>
      (await pageEndpoints(database(), { selection, after: null, limit: 100 })).map(({ id }) => id);
    expect(await ids({ instances: ['i-0000000000000200', 'i-0000000000000202'] })).toEqual([
      one.id,
      three.id,
    ]);
    expect(
      await ids({ instances: ['i-0000000000000200', 'i-0000000000000202'], tags: { env: 'test' } }),
    ).toEqual([three.id]);
    expect(await ids({ endpoints: [one.address, two.id], instances: ['i-0000000000000201'] })).toEqual([
      two.id,
    ]);
    expect(await ids({ endpoints: [] })).toEqual([]);
  });

  it('names what a selection has and no present endpoint does', async () => {
    const region = 'me-south-1';
    const here = makeEndpoint(300, { region, instanceId: 'i-0000000000000300' });
    const gone = makeEndpoint(301, { region, instanceId: 'i-0000000000000301' });
    await saveEndpoints(database(), [here, gone], { runId: 'run-1', seenAt: T1 });
    await saveEndpoints(database(), [here], { runId: 'run-2', seenAt: T2 });
    await markUnseenGone(database(), { accountId: here.accountId, region, runId: 'run-2', at: T2 });
    expect(
      await unknownInSelection(database(), {
        instances: ['i-0000000000000300', 'i-0000000000000301', 'i-ffffffffffffffff', 'i-ffffffffffffffff'],
        endpoints: [here.id, here.address, '203.0.113.250', gone.id, gone.address],
      }),
    ).toEqual({
      instances: ['i-0000000000000301', 'i-ffffffffffffffff'],
      endpoints: ['203.0.113.250', gone.id, gone.address],
    });
    expect(await unknownInSelection(database(), { tags: { no: 'such' } })).toEqual({
      instances: [],
      endpoints: [],
    });
  });
});
