import { Queue, QueueEvents } from 'bullmq';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunSummary } from '../../src/domain/run.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { openSandbox, runPicket, startService } from '../support/picket.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { describeWith } from '../support/requires.ts';

describeWith('redis-server', 'the service with Redis and PostgreSQL', () => {
  describeWith('initdb', 'and a producer that has nothing but BullMQ', () => {
    it('scans what a bare job asks for and refuses what it must not', { timeout: 180_000 }, async () => {
      const redis = await startRedisServer(['--maxmemory-policy', 'allkeys-lru']);
      onTestFinished(() => redis.stop());
      const postgres = await startPostgresServer();
      onTestFinished(() => postgres.stop());
      const sandbox = await openSandbox('127.31.4');
      await schedule(sandbox, [
        { id: 'nightly', cron: '0 3 * * *', timezone: 'Europe/Berlin', select: { all: true } },
      ]);
      const environment = {
        ...sandbox.environment,
        REDIS_URL: redis.url,
        DATABASE_URL: await postgres.createDatabase('picket_e2e'),
      };
      const service = await startService(environment);
      // A Redis that may throw jobs away: the fix is named in the log.
      await service.says('maxmemory-policy noeviction');

      // From here on: a producer that knows the queue's name and the published schema.
      const connection = { url: redis.url };
      const queue = new Queue('scan-run', { connection });
      const events = new QueueEvents('scan-run', { connection });
      onTestFinished(async () => {
        await events.close();
        await queue.close();
      });
      await events.waitUntilReady();
      const portal = sandbox.fleet.hosts.find(({ name }) => name === 'portal');
      const stranger = sandbox.fleet.stranger.address;

      const before = sandbox.fleet.hosts.reduce((sum, { connections }) => sum + connections, 0);
      const refused: readonly (readonly [string, unknown, RegExp])[] = [
        ['no object', 'scan everything', /Scan request refused/],
        ['no version', { requestedBy: 'bot', select: { all: true } }, /version/],
        [
          'an unknown version',
          { version: 2, requestedBy: 'bot', select: { all: true } },
          /got 2, expected 1/,
        ],
        [
          'an address of its own',
          { version: 1, requestedBy: 'bot', select: { all: true }, host: stranger },
          /"host"/,
        ],
        [
          'an unknown profile',
          { version: 1, requestedBy: 'bot', profile: 'loud', select: { all: true } },
          /loud/,
        ],
        [
          'an unknown instance',
          { version: 1, requestedBy: 'bot', select: { instances: ['i-0123456789abcdef0'] } },
          /nothing was scanned.*i-0123456789abcdef0/,
        ],
        [
          'somebody else',
          { version: 1, requestedBy: 'bot', select: { endpoints: [stranger] } },
          /nothing was scanned/,
        ],
      ];
      for (const [what, data, sentence] of refused) {
        const job = await queue.add('ad-hoc', data, { attempts: 3 });
        await expect(job.waitUntilFinished(events, 60_000), what).rejects.toThrow(sentence);
        // Final at once, whatever number of attempts the producer allows.
        expect((await queue.getJob(job.id ?? ''))?.attemptsMade, what).toBe(1);
      }
      expect(sandbox.fleet.hosts.reduce((sum, { connections }) => sum + connections, 0)).toBe(before);

      const job = await queue.add('ad-hoc', {
        version: 1,
        requestedBy: 'bot',
        select: { endpoints: [portal?.address], tags: { Name: 'portal' } },
      });
      const summary = (await job.waitUntilFinished(events, 60_000)) as RunSummary;
      expect(summary).toMatchObject({ status: 'completed', coverage: { scanned: 1 } });
      expect(summary.findings.opened).toBeGreaterThan(0);
      const shown = await runPicket(['run', summary.runId], environment);
      expect(shown.stdout).toContain(portal?.address);
      expect(sandbox.fleet.stranger.connections).toBe(0);

      const scan = await runPicket(['scan', '--tag', 'Name=shop', '--json'], environment);
      expect(scan.code).toBe(0);

      // A schedule that left the file leaves the queue.
      expect(await queue.getJobSchedulers()).toMatchObject([
        { key: 'schedule:nightly', tz: 'Europe/Berlin' },
      ]);
      service.kill('SIGTERM');
      expect((await service.ended).code).toBe(0);
      await schedule(sandbox, [
        { id: 'weekly', cron: '0 4 * * 1', timezone: 'UTC', select: { tags: { Name: 'shop' } } },
      ]);
      await startService(environment);
      expect(await queue.getJobSchedulers()).toMatchObject([
        { key: 'schedule:weekly', pattern: '0 4 * * 1' },
      ]);
    });

    it('runs a schedule when its time comes', { timeout: 120_000 }, async () => {
      const redis = await startRedisServer(['--maxmemory-policy', 'noeviction']);
      onTestFinished(() => redis.stop());
      const sandbox = await openSandbox('127.31.5');
      await schedule(sandbox, [
        { id: 'new-year', cron: '0 0 1 1 *', timezone: 'UTC', select: { tags: { Name: 'shop' } } },
      ]);
      const environment = { ...sandbox.environment, REDIS_URL: redis.url };
      await startService(environment);
      const queue = new Queue('scan-run', { connection: { url: redis.url } });
      onTestFinished(() => queue.close());
      // Its time comes early: the job that waits for it is let go now.
      const [waiting] = await queue.getDelayed();
      await waiting?.promote();
      const completed = async (): Promise<unknown> => {
        const { stdout } = await runPicket(['runs', '--json'], environment);
        return (JSON.parse(stdout) as { status: string }[]).find(({ status }) => status === 'completed');
      };
      await expect
        .poll(completed, { timeout: 60_000 })
        .toMatchObject({ trigger: 'schedule', requestedBy: 'schedule:new-year' });
      // The next one waits already.
      expect(await queue.getDelayed()).toHaveLength(1);
    });
  });
});

describeWith('initdb', 'the service on PostgreSQL alone', () => {
  it('keeps queue and ledger there, for several services at once', { timeout: 180_000 }, async () => {
    const postgres = await startPostgresServer();
    onTestFinished(() => postgres.stop());
    const sandbox = await openSandbox('127.31.6');
    const environment = { ...sandbox.environment, DATABASE_URL: await postgres.createDatabase('picket_e2e') };
    const first = await startService(environment);
    await startService(environment);
    const both = await Promise.all([
      runPicket(['scan', '--all', '--json'], environment),
      runPicket(['scan', '--tag', 'Name=portal', '--json'], environment),
    ]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    // The other one goes on.
    expect((await runPicket(['scan', '--tag', 'Name=shop'], environment)).code).toBe(0);
  });
});

async function schedule(sandbox: Sandbox, schedules: readonly unknown[]): Promise<void> {
  const file = path.join(sandbox.environment['PICKET_CONFIG_DIR'] ?? '', 'picket.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace(/schedules: \[[\s\S]*?\]\n/, `schedules: ${JSON.stringify(schedules)}\n`),
  );
}

describe('a schedule in the file', () => {
  it('is what these tests write', async () => {
    const sandbox = await openSandbox('127.31.7');
    await schedule(sandbox, [{ id: 'x' }]);
    const file = path.join(sandbox.environment['PICKET_CONFIG_DIR'] ?? '', 'picket.yaml');
    expect(await readFile(file, 'utf8')).toContain('schedules: [{"id":"x"}]');
  });
});
