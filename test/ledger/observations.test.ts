import { expect, it } from 'vitest';
import { observationsOf, saveObservations } from '../../src/ledger/observations.ts';
import { describeOnEachDatabase } from './databases.ts';
import { makeEndpoint, makeObservation } from './samples.ts';

describeOnEachDatabase('observations', (database) => {
  it('keeps the latest of each probe at each port', async () => {
    const endpoint = makeEndpoint(1);
    const first = makeObservation(endpoint);
    const other = makeObservation(endpoint, { probe: 'tcp', facts: { open: true } });
    await saveObservations(database(), 'run-1', [first, other]);
    const second = makeObservation(endpoint, {
      observedAt: '2026-03-02T10:00:05.123Z',
      status: 'timed-out',
      detail: 'no answer in 3 s',
      facts: null,
    });
    await saveObservations(database(), 'run-2', [second]);
    await saveObservations(database(), 'run-1', [first]);
    expect(await observationsOf(database(), endpoint.id)).toEqual([
      { ...second, runId: 'run-2' },
      { ...other, runId: 'run-1' },
    ]);
  });

  it('keeps what was seen under a name apart from what was seen at the address alone', async () => {
    const endpoint = makeEndpoint(7);
    const bare = makeObservation(endpoint, { facts: { is: 'bare' } });
    const named = makeObservation(endpoint, { name: 'www.example.org', facts: { is: 'named' } });
    await saveObservations(database(), 'run-1', [named, bare]);
    expect(await observationsOf(database(), endpoint.id)).toEqual([
      { ...bare, runId: 'run-1' },
      { ...named, runId: 'run-1' },
    ]);
  });

  it('takes the newest of two in one batch, in whatever order they come', async () => {
    const endpoint = makeEndpoint(2);
    const early = makeObservation(endpoint, { facts: { is: 'early' } });
    const late = makeObservation(endpoint, { facts: { is: 'late' }, observedAt: '2026-03-01T10:00:05.124Z' });
    await saveObservations(database(), 'run-1', [late, early]);
    expect(await observationsOf(database(), endpoint.id)).toEqual([{ ...late, runId: 'run-1' }]);
  });

  it('stores what a hostile server says, nested and odd', async () => {
    const endpoint = makeEndpoint(3);
    const facts = {
      banner: '\u001b[31m\u0000\udfff"\\u0000"',
      deep: [{ a: [1.5, null, true, ''] }],
      huge: 1e300,
    };
    await saveObservations(database(), 'run-1', [makeObservation(endpoint, { facts })]);
    expect((await observationsOf(database(), endpoint.id))[0]?.facts).toEqual({
      ...facts,
      banner: '\u001b[31m\ufffd\ufffd"\\u0000"',
    });
  });
});
