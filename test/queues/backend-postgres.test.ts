import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/database.ts';
import { openQueueBackend } from '../../src/queues/backend.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { describeWith } from '../support/requires.ts';

describeWith('postgres', 'a PostgreSQL server', () => {
  it('has no connection of the queues left after close', { timeout: 60_000 }, async () => {
    const server = await startPostgresServer();
    const database = await openDatabase({ url: await server.createDatabase('left') });
    try {
      const backend = await openQueueBackend({ database });
      const worker = backend.worker('scan', async () => undefined);
      const events = backend.events('scan');
      await Promise.all([worker.waitUntilReady(), events.waitUntilReady()]);
      const job = await backend.queue('scan').add('job', {});
      await job.waitUntilFinished(events, 10_000);
      await backend.close();
      const others = async (): Promise<number> => {
        const { rows } = await database.query<{ others: number }>(
          `select count(*) as others from pg_stat_activity
           where datname = current_database() and application_name <> 'picket-ledger'`,
        );
        return rows[0]?.others ?? -1;
      };
      // The server notices a moment later.
      await expect.poll(others, { timeout: 3_000 }).toBe(0);
    } finally {
      await database.close();
      await server.stop();
    }
  });

  it.each([0, 500])(
    'that died %i ms ago is told, raises nothing unhandled, and does not hold up the end',
    { timeout: 60_000 },
    async (pause) => {
      const server = await startPostgresServer();
      try {
        const database = await openDatabase({ url: await server.createDatabase('dies') });
        const told: string[] = [];
        const backend = await openQueueBackend({ database, onError: (error) => told.push(error.message) });
        const worker = backend.worker('scan', async () => undefined);
        const events = backend.events('scan');
        await Promise.all([worker.waitUntilReady(), events.waitUntilReady()]);
        await server.kill();
        await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(0);
        await sleep(pause);
        await expect(database.query('select 1')).rejects.toMatchObject({
          code: 'ledger-unreachable',
          retryable: true,
        });
        const closingAt = Date.now();
        await backend.close();
        await database.close();
        expect(Date.now() - closingAt).toBeLessThan(5_000);
      } finally {
        await server.stop();
      }
    },
  );
});
