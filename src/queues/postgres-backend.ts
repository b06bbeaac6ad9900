import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import type { Processor, Queue, QueueEvents, Worker } from 'bullmq';
import type { Database } from '../ledger/database.ts';
import { BackendMembers, WORKER_DEFAULTS } from './backend-members.ts';
import type { OnBackendError } from './backend-members.ts';
import type { QueueBackend, QueueWorkerOptions } from './backend.ts';

const {
  Queue: PostgresQueue,
  Worker: PostgresWorker,
  QueueEvents: PostgresEvents,
} = withBackend(createPostgresBackend);

/**
 * How often a reader of events looks by itself. What happens just while it begins to listen comes without a
 * notification, and BullMQ's default of ten seconds is long for a person who waits.
 */
const EVENTS_POLL_MS = 500;

/** The queues in the ledger's own database, embedded or on a server. */
export async function openPostgresBackend(
  database: Database,
  onError: OnBackendError,
): Promise<QueueBackend> {
  const pool = database.openQueuePool();
  // Each BullMQ object listens for the pool's errors, for as long as the pool lives.
  pool.setMaxListeners(0);
  try {
    const client = await pool.connect();
    try {
      await runMigrations(client);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    throw error;
  }
  const members = new BackendMembers(onError);
  const connection = { connection: pool };
  /** Workers and event readers keep a connection to themselves, for notifications. */
  const oneMoreConnection = (): void => {
    pool.options.max += 1;
  };
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    try {
      await members.close();
    } finally {
      await pool.end();
    }
  }

  return {
    kind: database.kind,
    warnings: [],
    // BullMQ's types carry the backend's class, with Redis for the default. Ours say no more than what all share.
    queue: <Data, Result>(name: string) =>
      members.queue(
        name,
        () => new PostgresQueue<Data, Result>(name, connection) as unknown as Queue<Data, Result>,
      ),
    worker: <Data, Result>(
      name: string,
      processor: Processor<Data, Result>,
      options?: QueueWorkerOptions,
    ) => {
      oneMoreConnection();
      const worker = new PostgresWorker<Data, Result>(name, processor, {
        ...WORKER_DEFAULTS,
        ...options,
        ...connection,
      });
      return members.worker(worker as unknown as Worker<Data, Result>);
    },
    events: (name) => {
      oneMoreConnection();
      return members.events(
        new PostgresEvents(name, {
          ...connection,
          blockingTimeout: EVENTS_POLL_MS,
        }) as unknown as QueueEvents,
      );
    },
    close: () => (closing ??= close()),
  };
}
