/** Started by the backend's tests in a process of its own, which they kill or whose end they wait for. */
import { openDatabase } from '../../src/ledger/database.ts';
import type { Database } from '../../src/ledger/database.ts';
import { openQueueBackend } from '../../src/queues/backend.ts';

export interface ChildTask {
  /** `hang` on a job until killed; `leave`, having used and closed everything, by running out of things to do. */
  readonly task: 'hang' | 'leave';
  readonly queue: string;
  readonly place:
    { readonly redisUrl: string } | { readonly url: string } | { readonly dataDirectory: string };
}

// Not to outlive a test that was cut short.
const abandoned = (): boolean => process.kill(process.pid, 'SIGKILL');
process.once('disconnect', abandoned);

const { task, queue: name, place } = JSON.parse(process.argv[2] ?? '') as ChildTask;
const database = 'redisUrl' in place ? undefined : await openDatabase(place);
const backend = await openQueueBackend({
  database: database as Database,
  ...('redisUrl' in place ? { redisUrl: place.redisUrl } : {}),
});

const queue = backend.queue(name);
const events = backend.events(name);
await events.waitUntilReady();
backend.worker(
  name,
  async () => {
    process.send?.('active');
    if (task === 'hang') await new Promise(() => setInterval(() => undefined, 1000));
    return 'done';
  },
  { lockDuration: 1_000, stalledInterval: 500 },
);
const job = await queue.add('job', {}, { attempts: 3 });
await job.waitUntilFinished(events);
await backend.close();
await database?.close();
process.off('disconnect', abandoned);
process.disconnect?.();
