import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { planCoverage } from '../../src/ledger/coverage.ts';
import type { Database } from '../../src/ledger/database.ts';
import { pendingEndpoints, saveEndpoints } from '../../src/ledger/endpoints.ts';
import {
  countRunChanges,
  findingsForUpdate,
  getFinding,
  pageFindings,
  saveFindings,
} from '../../src/ledger/findings.ts';
import { createRun } from '../../src/ledger/runs.ts';
import { describeOnEachDatabase } from './databases.ts';
import { makeEndpoint, makeFinding, makeRun } from './samples.ts';

async function save(database: Database, ...findings: Finding[]): Promise<void> {
  await database.transaction((tx) => saveFindings(tx, findings));
}

describeOnEachDatabase('findings', (database) => {
  async function plan(runId: string, endpoints: Endpoint[]): Promise<void> {
    await createRun(database(), makeRun(runId));
    await saveEndpoints(database(), endpoints, { runId, seenAt: '2026-03-01T10:00:00.000Z' });
    await planCoverage(database(), {
      runId,
      selection: { endpoints: endpoints.map(({ id }) => id) },
      after: null,
      limit: 100,
      firstChunk: 0,
      chunkSize: 50,
      notCovered: new Map(),
    });
  }

  it('gives back what was saved, to the last field', async () => {
    const finding = makeFinding(makeEndpoint(1), {
      state: 'resolved',
      resolvedAt: '2026-03-02T00:00:00.001Z',
      resolution: 'the port refuses connections',
      revision: 4,
    });
    await save(database(), finding);
    expect(await getFinding(database(), finding.id)).toEqual(finding);
    expect(await getFinding(database(), finding.id.slice(0, 12))).toEqual(finding);
    expect(await getFinding(database(), 'nothing')).toBeNull();
    await expect(getFinding(database(), '')).resolves.toBeNull();
  });

  it('keeps a history of revisions, and none of mere sightings', async () => {
    const endpoint = makeEndpoint(2);
    const opened = makeFinding(endpoint, { lastRunId: 'h-1' });
    await save(database(), opened);
    const seenAgain: Finding = {
      ...opened,
      timesSeen: 2,
      lastRunId: 'h-2',
      lastSeenAt: '2026-03-02T00:00:00.000Z',
    };
    await save(database(), seenAgain);
    const resolved: Finding = {
      ...seenAgain,
      state: 'resolved',
      resolvedAt: '2026-03-03T00:00:00.000Z',
      resolution: 'observed again and found good',
      lastRunId: 'h-3',
      updatedAt: '2026-03-03T00:00:00.000Z',
      revision: 2,
    };
    await save(database(), resolved);
    await save(database(), resolved);
    const { rows } = await database().query(
      `select revision, run_id, state, previous_state, reason, at from picket.finding_history
       where finding_id = $1 order by revision`,
      [opened.id],
    );
    expect(rows).toEqual([
      { revision: 1, run_id: 'h-1', state: 'open', previous_state: null, reason: null, at: opened.updatedAt },
      {
        revision: 2,
        run_id: 'h-3',
        state: 'resolved',
        previous_state: 'open',
        reason: 'observed again and found good',
        at: '2026-03-03T00:00:00.000Z',
      },
    ]);
    expect((await getFinding(database(), opened.id))?.timesSeen).toBe(2);
  });

  it('does not let a smaller revision undo a greater one', async () => {
    const finding = makeFinding(makeEndpoint(3), { revision: 3 });
    await save(database(), finding);
    await save(database(), { ...finding, revision: 2, state: 'resolved' });
    expect(await getFinding(database(), finding.id)).toEqual(finding);
  });

  it('counts what a run changed and what is open at its endpoints', async () => {
    const [one, two, three, outside] = [20, 21, 22, 23].map((number) => makeEndpoint(number));
    if (!one || !two || !three || !outside) throw new Error('samples are missing');
    await plan('counted', [one, two, three]);
    const before = { lastRunId: 'before-it', revision: 1 } as const;
    const goesOn = makeFinding(one, { ...before, checkId: 'a' });
    const ends = makeFinding(two, { ...before, checkId: 'b' });
    const wasResolved = makeFinding(three, { ...before, checkId: 'c', state: 'resolved' });
    const notInIt = makeFinding(outside, before);
    await save(database(), goesOn, ends, wasResolved, notInIt);

    const now = { lastRunId: 'counted', revision: 2 } as const;
    await save(
      database(),
      { ...goesOn, ...now, content: { ...goesOn.content, title: 'Another title' } },
      { ...ends, ...now, state: 'resolved' },
      { ...wasResolved, ...now, state: 'reopened' },
      makeFinding(one, { checkId: 'd', lastRunId: 'counted' }),
    );
    expect(await countRunChanges(database(), 'counted')).toEqual({
      opened: 1,
      reopened: 1,
      resolved: 1,
      open: 3,
    });
    const inRun = await pageFindings(database(), { runId: 'counted', after: null, limit: 10 });
    expect(inRun).toHaveLength(4);
    expect(inRun.map(({ id }) => id)).not.toContain(notInIt.id);
    expect(await countRunChanges(database(), 'no-such-run')).toEqual({
      opened: 0,
      reopened: 0,
      resolved: 0,
      open: 0,
    });
  });

  it('filters and pages', async () => {
    const endpoint = makeEndpoint(30);
    const many = Array.from({ length: 9 }, (_, index) => {
      const finding = makeFinding(endpoint, {
        port: 1000 + index,
        state: index % 3 === 0 ? 'resolved' : 'open',
      });
      return index % 2 === 0
        ? { ...finding, content: { ...finding.content, severity: 'LOW' as const } }
        : finding;
    });
    await save(database(), ...many);
    const open = await pageFindings(database(), {
      endpointIds: [endpoint.id],
      states: ['open', 'reopened'],
      after: null,
      limit: 100,
    });
    expect(open).toHaveLength(6);
    const first = await pageFindings(database(), {
      endpointIds: [endpoint.id],
      severities: ['CRITICAL'],
      after: null,
      limit: 3,
    });
    const second = await pageFindings(database(), {
      endpointIds: [endpoint.id],
      severities: ['CRITICAL'],
      after: first.at(-1)?.id ?? null,
      limit: 3,
    });
    expect([...first, ...second].map(({ id }) => id)).toEqual(
      many
        .filter(({ content }) => content.severity === 'CRITICAL')
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('names the ports of open findings, each once, with the endpoints that are still to be scanned', async () => {
    const [found, clean] = [makeEndpoint(31), makeEndpoint(32)];
    await plan('open-ports', [found, clean]);
    await save(
      database(),
      makeFinding(found, { port: 80, checkId: 'a' }),
      makeFinding(found, { port: 80, checkId: 'b', state: 'accepted' }),
      makeFinding(found, { port: 22, checkId: 'c', state: 'reopened' }),
      makeFinding(found, { port: 443, checkId: 'd', state: 'resolved' }),
    );
    const pending = await pendingEndpoints(database(), 'open-ports', 0);
    expect(pending).toEqual([
      { endpoint: found, openPorts: expect.any(Array), openDiscriminators: expect.any(Array) },
      { endpoint: clean, openPorts: [], openDiscriminators: [] },
    ]);
    expect(pending[0]?.openPorts.toSorted((left, right) => left.port - right.port)).toEqual([
      { transport: 'tcp', port: 22 },
      { transport: 'tcp', port: 80 },
    ]);
  });

  describe('for update', () => {
    it('makes a second transaction wait and then see what the first wrote', async () => {
      const [shared, other] = [makeEndpoint(40), makeEndpoint(41)];
      const finding = makeFinding(shared);
      await save(database(), finding);
      const order: string[] = [];
      let letGo: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      let locked: () => void = () => undefined;
      const firstHasLock = new Promise<void>((resolve) => {
        locked = resolve;
      });
      const first = database().transaction(async (tx) => {
        const [before] = await findingsForUpdate(tx, [shared.id]);
        locked();
        await held;
        await saveFindings(tx, [{ ...finding, timesSeen: (before?.timesSeen ?? 0) + 1 }]);
        order.push('first');
      });
      await firstHasLock;
      const second = database().transaction(async (tx) => {
        const [before] = await findingsForUpdate(tx, [other.id, shared.id]);
        order.push('second');
        await saveFindings(tx, [{ ...finding, timesSeen: (before?.timesSeen ?? 0) + 1 }]);
      });
      letGo();
      await Promise.all([first, second]);
      expect(order).toEqual(['first', 'second']);
      expect((await getFinding(database(), finding.id))?.timesSeen).toBe(3);
    });

    it('does not deadlock when many ask for the same endpoints in different orders', async () => {
      const endpoints = Array.from({ length: 12 }, (_, index) => makeEndpoint(50 + index));
      const ids = endpoints.map(({ id }) => id);
      await save(database(), ...endpoints.map((endpoint) => makeFinding(endpoint)));
      await Promise.all(
        Array.from({ length: 16 }, (_, index) =>
          database().transaction(async (tx) => {
            const order = [...ids.slice(index % 12), ...ids.slice(0, index % 12)];
            const found = await findingsForUpdate(tx, index % 2 === 0 ? order : order.reverse());
            await saveFindings(
              tx,
              found.map((finding) => ({ ...finding, timesSeen: finding.timesSeen + 1 })).reverse(),
            );
          }),
        ),
      );
      const after = await pageFindings(database(), { endpointIds: ids, after: null, limit: 20 });
      expect(after.map(({ timesSeen }) => timesSeen)).toEqual(Array.from({ length: 12 }, () => 17));
    });

    it('locks a thousand endpoints at once', async () => {
      const ids = Array.from({ length: 1000 }, (_, index) => `endpoint ${index}`);
      expect(await database().transaction((tx) => findingsForUpdate(tx, ids))).toEqual([]);
    });
  });
});
