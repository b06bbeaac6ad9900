import type { Processor, Queue, QueueEvents, Worker, WorkerOptions } from 'bullmq';
import type { Database } from '../ledger/database.ts';
import { openPostgresBackend } from './postgres-backend.ts';
import { openRedisBackend } from './redis-backend.ts';

/** Options of a worker; the connection is the backend's own business. */
export type QueueWorkerOptions = Omit<WorkerOptions, 'connection' | 'prefix'>;

/** BullMQ, bound to the server that keeps the queues. */
export interface QueueBackend {
  readonly kind: 'redis' | 'postgres' | 'embedded';
  /** One sentence for each thing that an operator should mend; the queues work all the same. */
  readonly warnings: readonly string[];
  /** The queue of that name; always the same object. */
  queue<Data = unknown, Result = unknown>(name: string): Queue<Data, Result>;
  /** A new worker, running unless `autorun` is false. */
  worker<Data = unknown, Result = unknown>(
    name: string,
    processor: Processor<Data, Result>,
    options?: QueueWorkerOptions,
  ): Worker<Data, Result>;
  /** A new reader of the queue's events, from now on. */
  events(name: string): QueueEvents;
  /**
   * Closes workers (each waits for the jobs that it is at), then event readers, queues and connections. Objects that
   * their user has closed already do no harm.
   */
  close(): Promise<void>;
}

export interface QueueBackendOptions {
  /** Redis or Valkey; without it the queues live in the ledger's database. */
  readonly redisUrl?: string | undefined;
  readonly database: Database;
  /** Of the queues' keys in Redis; default `bull`, as any other BullMQ producer has it. */
  readonly prefix?: string | undefined;
  /** Told of connections that break and come back, and of what a worker does wrong outside of jobs. */
  readonly onError?: ((error: Error, source: string) => void) | undefined;
}

/**
 * Connects to the server of the queues and makes it ready.
 *
 * Raises within about five seconds: `redis-unreachable` (retryable), `redis-refused` or `redis-url-invalid`
 * (permanent); with the ledger's database, what {@link Database.query} raises.
 */
export async function openQueueBackend(options: QueueBackendOptions): Promise<QueueBackend> {
  const onError = options.onError ?? (() => undefined);
  return options.redisUrl === undefined
    ? openPostgresBackend(options.database, onError)
    : openRedisBackend(options.redisUrl, options.prefix, onError);
}
