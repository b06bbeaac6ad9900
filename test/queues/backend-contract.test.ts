import { setTimeout as sleep } from 'node:timers/promises';
import { UnrecoverableError, WaitingChildrenError } from 'bullmq';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { QueueBackend } from '../../src/queues/backend.ts';
import { describeOnEachBackend, startChild } from './backend-places.ts';
import type { OpenBackend } from './backend-places.ts';

describeOnEachBackend('queue backend', (kind, place) => {
  let opened: OpenBackend;
  let backend: QueueBackend;
  let names = 0;
  const unique = (): string => `contract-${(names += 1)}`;

  beforeAll(async () => {
    opened = await place().open(await place().fresh());
    backend = opened.backend;
  }, 120_000);
  afterAll(() => opened.close());

  it('says what it is and has nothing to warn of', () => {
    expect(backend.kind).toBe(kind);
    expect(backend.warnings).toEqual([]);
  });

  it('processes a job and gives back its result', async () => {
    const name = unique();
    const events = backend.events(name);
    await events.waitUntilReady();
    backend.worker<{ left: number; right: number }, { sum: number }>(name, async ({ data }) => ({
      sum: data.left + data.right,
    }));
    const job = await backend.queue<object, { sum: number }>(name).add('add', { left: 2, right: 3 });
    expect(await job.waitUntilFinished(events, 5_000)).toEqual({ sum: 5 });
  });

  it('gives the same queue for the same name', () => {
    expect(backend.queue('same')).toBe(backend.queue('same'));
  });

  it('wakes an idle worker at once, not at its next poll', async () => {
    const name = unique();
    const startedAt: number[] = [];
    const worker = backend.worker(name, async () => {
      startedAt.push(Date.now());
    });
    await worker.waitUntilReady();
    await sleep(700);
    const addedAt = Date.now();
    await backend.queue(name).add('job', {});
    await expect.poll(() => startedAt.length, { timeout: 4_000, interval: 10 }).toBe(1);
    expect((startedAt[0] ?? Infinity) - addedAt).toBeLessThan(1_000);
  });

  it('holds a delayed job back until it is due', async () => {
    const name = unique();
    const startedAt: number[] = [];
    const worker = backend.worker(name, async () => {
      startedAt.push(Date.now());
    });
    await worker.waitUntilReady();
    const addedAt = Date.now();
    await backend.queue(name).add('later', {}, { delay: 600 });
    await expect.poll(() => startedAt.length, { timeout: 5_000, interval: 20 }).toBe(1);
    expect((startedAt[0] ?? 0) - addedAt).toBeGreaterThanOrEqual(590);
  });

  it('tries again as often as it is told, and not after an unrecoverable error', async () => {
    const name = unique();
    const tries = new Map<string, number>();
    backend.worker(name, async (job) => {
      const made = (tries.get(job.name) ?? 0) + 1;
      tries.set(job.name, made);
      if (job.name === 'hopeless') throw new UnrecoverableError('there is no such endpoint');
      if (made < 3) throw new Error('not yet');
    });
    const queue = backend.queue(name);
    const options = { attempts: 5, backoff: { type: 'fixed', delay: 20 } };
    const [recovers, hopeless] = await Promise.all([
      queue.add('recovers', {}, options),
      queue.add('hopeless', {}, options),
    ]);
    await expect.poll(() => recovers.getState(), { timeout: 5_000 }).toBe('completed');
    await expect.poll(() => hopeless.getState(), { timeout: 5_000 }).toBe('failed');
    expect(Object.fromEntries(tries)).toEqual({ recovers: 3, hopeless: 1 });
    expect((await queue.getJob(hopeless.id ?? ''))?.failedReason).toBe('there is no such endpoint');
  });

  it('lets a step job add children, wait for them, and finish with their results', async () => {
    const [parents, children] = [unique(), unique()];
    const steps: string[] = [];
    backend.worker<{ part: number }>(children, async ({ data }) => data.part * 10);
    backend.worker<{ step: 'plan' | 'finish' }>(parents, async (job, token) => {
      steps.push(job.data.step);
      if (job.data.step === 'plan') {
        await backend.queue<{ part: number }>(children).addBulk(
          [1, 2, 3].map((part) => ({
            name: 'part',
            data: { part },
            opts: { parent: { id: job.id ?? '', queue: job.queueQualifiedName } },
          })),
        );
        await job.updateData({ step: 'finish' });
        if (await job.moveToWaitingChildren(token ?? '')) throw new WaitingChildrenError();
      }
      return Object.values(await job.getChildrenValues<number>()).reduce((sum, value) => sum + value, 0);
    });
    const queue = backend.queue<{ step: 'plan' | 'finish' }, number>(parents);
    const { id } = await queue.add('run', { step: 'plan' });
    await expect.poll(async () => (await queue.getJob(id ?? ''))?.returnvalue, { timeout: 10_000 }).toBe(60);
    expect(steps).toEqual(['plan', 'finish']);
  });

  it('keeps schedules with a time zone, changes them, and forgets them', async () => {
    const queue = backend.queue(unique());
    const repeat = { pattern: '30 3 * * *', tz: 'Asia/Kathmandu' };
    await queue.upsertJobScheduler('nightly', repeat, { name: 'run', data: { from: 'schedule' } });
    const nightly = await queue.getJobScheduler('nightly');
    expect(nightly).toMatchObject({ ...repeat, template: { data: { from: 'schedule' } } });
    // Kathmandu is 5 h 45 min ahead of UTC all the year.
    const next = new Date(nightly?.next ?? 0);
    expect([next.getUTCHours(), next.getUTCMinutes()]).toEqual([21, 45]);
    expect(next.getTime()).toBeGreaterThan(Date.now());

    await queue.upsertJobScheduler('nightly', { ...repeat, pattern: '0 4 * * *' }, { name: 'run' });
    expect(await queue.getJobSchedulersCount()).toBe(1);
    expect((await queue.getJobScheduler('nightly'))?.pattern).toBe('0 4 * * *');
    expect(await queue.getDelayedCount()).toBe(1);

    expect(await queue.removeJobScheduler('nightly')).toBe(true);
    expect(await queue.getJobSchedulers()).toEqual([]);
    expect(await queue.getDelayedCount()).toBe(0);
  });

  it('fires a schedule again and again', async () => {
    const name = unique();
    const fired: unknown[] = [];
    backend.worker(name, async ({ data }) => {
      fired.push(data);
    });
    const queue = backend.queue(name);
    await queue.upsertJobScheduler(
      'often',
      { pattern: '* * * * * *' },
      { name: 'tick', data: { tick: true } },
    );
    await expect.poll(() => fired.length, { timeout: 6_000 }).toBeGreaterThanOrEqual(2);
    await queue.removeJobScheduler('often');
    expect(fired[0]).toEqual({ tick: true });
  });

  it('takes a job with a known deduplication id for the one that waits', async () => {
    const name = unique();
    const queue = backend.queue(name);
    const options = { deduplication: { id: '111122223333-eu-central-1' } };
    const first = await queue.add('publish', {}, options);
    const second = await queue.add('publish', {}, options);
    expect(second.id).toBe(first.id);
    expect(await queue.getWaitingCount()).toBe(1);
    backend.worker(name, async () => undefined);
    await expect.poll(() => first.getState(), { timeout: 5_000 }).toBe('completed');
    expect((await queue.add('publish', {}, options)).id).not.toBe(first.id);
  });

  it('serves urgent jobs first', async () => {
    const name = unique();
    const queue = backend.queue(name);
    for (const [job, priority] of [
      ['sweep', 10],
      ['person', 1],
      ['nightly', 5],
    ] as const) {
      await queue.add(job, {}, { priority });
    }
    const order: string[] = [];
    backend.worker(name, async (job) => {
      order.push(job.name);
    });
    await expect.poll(() => order, { timeout: 5_000 }).toEqual(['person', 'nightly', 'sweep']);
  });

  it('tells of progress and of the end through events', async () => {
    const name = unique();
    const events = backend.events(name);
    const told: string[] = [];
    events.on('progress', ({ data }) => told.push(`progress ${(data as { done: number }).done}`));
    events.on('completed', ({ returnvalue }) => told.push(`completed ${JSON.stringify(returnvalue)}`));
    await events.waitUntilReady();
    backend.worker(name, async (job) => {
      await job.updateProgress({ done: 1 });
      return 'end';
    });
    await backend.queue(name).add('job', {});
    await expect.poll(() => told, { timeout: 5_000 }).toEqual(['progress 1', 'completed "end"']);
  });

  it('knows how many workers a queue has', async () => {
    const name = unique();
    const workers = [
      backend.worker(name, async () => undefined),
      backend.worker(name, async () => undefined),
    ];
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    // The embedded database has one session for all, and so all its workers are one.
    const told = kind === 'embedded' ? 1 : 2;
    await expect
      .poll(async () => (await backend.queue(name).getWorkers()).length, { timeout: 5_000 })
      .toBe(told);
  });

  it('serves many queues at the same time', async () => {
    const queues = Array.from({ length: 12 }, () => unique());
    const results = await Promise.all(
      queues.map(async (name) => {
        backend.worker<{ index: number }, string>(name, async ({ data }) => `${name} ${data.index}`, {
          concurrency: 4,
        });
        const queue = backend.queue<{ index: number }, string>(name);
        await queue.addBulk(Array.from({ length: 5 }, (_, index) => ({ name: 'job', data: { index } })));
        // Not by events: on PostgreSQL a reader passes over one that another, later one has overtaken in committing.
        await expect.poll(() => queue.getCompletedCount(), { timeout: 15_000 }).toBe(5);
        const done = await queue.getCompleted();
        return done
          .toSorted((left, right) => left.data.index - right.data.index)
          .map((job) => job.returnvalue);
      }),
    );
    expect(results).toEqual(queues.map((name) => [0, 1, 2, 3, 4].map((index) => `${name} ${index}`)));
  });

  it('lets a worker that closes finish its job', async () => {
    const name = unique();
    let finished = false;
    let begun = false;
    const worker = backend.worker(name, async () => {
      begun = true;
      await sleep(400);
      finished = true;
    });
    const job = await backend.queue(name).add('job', {});
    await expect.poll(() => begun, { timeout: 5_000 }).toBe(true);
    await worker.close();
    expect(finished).toBe(true);
    expect(await job.getState()).toBe('completed');
  });

  // Starting a process, and the embedded database in it, takes seconds where the machine is busy.
  it('gives the job of a worker that was killed to another', { timeout: 120_000 }, async () => {
    const queue = unique();
    const where = await place().fresh();
    const child = startChild({ task: 'hang', queue, place: where });
    try {
      await child.active;
    } finally {
      await child.kill();
    }
    const again = await place().open(where);
    try {
      const done: string[] = [];
      again.backend.worker(queue, async (job) => done.push(job.id ?? ''), {
        lockDuration: 1_000,
        stalledInterval: 500,
      });
      await expect.poll(() => done.length, { timeout: 15_000 }).toBe(1);
    } finally {
      await again.close();
    }
  });

  it('leaves nothing open that would keep the process alive', { timeout: 120_000 }, async () => {
    const child = startChild({ task: 'leave', queue: unique(), place: await place().fresh() });
    const timer = setTimeout(() => void child.kill(), 60_000);
    try {
      await child.active;
      expect(await child.ended).toBe(0);
    } finally {
      clearTimeout(timer);
    }
  });
});
