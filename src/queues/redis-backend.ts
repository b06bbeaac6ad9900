import { Queue, QueueEvents, Worker } from 'bullmq';
import type { Processor } from 'bullmq';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { BackendMembers, WORKER_DEFAULTS } from './backend-members.ts';
import type { OnBackendError } from './backend-members.ts';
import type { QueueBackend, QueueWorkerOptions } from './backend.ts';
import { checkRedis, withoutCredentials } from './redis-backend-check.ts';

/** Tries to reconnect before a producer's command fails: with the pauses between them, in about 3 s. */
const PRODUCER_RETRIES = 10;
const LAST_TRY_MS = 1_000;
const retryStrategy = (times: number): number => Math.min(times * 50, 2_000);

/** A client that knows the copies that BullMQ makes of it, of which each blocks on a command of its own. */
class TrackedRedis extends Redis {
  readonly copies: Redis[] = [];

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const copy = super.duplicate(override);
    this.copies.push(copy);
    return copy;
  }
}

/**
 * Ends a connection and rejects what waits on it. In a pause between two tries to reconnect, ioredis' `disconnect`
 * only calls off the next try and leaves the commands waiting for ever, so there this makes the last try itself.
 */
function giveUp(client: Redis): void {
  client.options.retryStrategy = () => null;
  client.options.connectTimeout = LAST_TRY_MS;
  const pausing = client.status === 'reconnecting';
  client.disconnect();
  if (pausing) client.connect().catch(() => undefined);
}

/** The queues in Redis or Valkey. */
export async function openRedisBackend(
  url: string,
  prefix: string | undefined,
  onError: OnBackendError,
): Promise<QueueBackend> {
  const warnings = await checkRedis(url);
  // Whoever adds a job wants to know soon that it cannot be done; a worker waits until Redis is back.
  const producer = new Redis(url, { maxRetriesPerRequest: PRODUCER_RETRIES, retryStrategy });
  const consumer = new TrackedRedis(url, { maxRetriesPerRequest: null, retryStrategy });
  const clients = [producer, consumer];
  for (const client of clients) {
    // Each BullMQ object adds its own listeners.
    client.setMaxListeners(0);
    client.on('error', (error: Error) => onError(withoutCredentials(error), 'redis'));
  }
  const members = new BackendMembers((error, source) => onError(withoutCredentials(error), source));
  const keys = prefix === undefined ? {} : { prefix };
  let closing: Promise<void> | undefined;

  function disconnect(): void {
    for (const client of [...clients, ...consumer.copies]) giveUp(client);
  }

  async function close(): Promise<void> {
    // BullMQ takes leave of Redis with commands, for which a consumer's connection waits until Redis is back.
    if (consumer.status === 'ready') consumer.once('close', disconnect);
    else disconnect();
    try {
      await members.close();
    } finally {
      disconnect();
    }
  }

  return {
    kind: 'redis',
    warnings,
    queue: <Data, Result>(name: string) =>
      members.queue(
        name,
        () => new Queue<Data, Result>(name, { connection: producer, ...keys }),
      ) as unknown as Queue<Data, Result>,
    worker: <Data, Result>(name: string, processor: Processor<Data, Result>, options?: QueueWorkerOptions) =>
      members.worker(
        new Worker<Data, Result>(name, processor, {
          ...WORKER_DEFAULTS,
          ...options,
          connection: consumer,
          ...keys,
        }),
      ),
    events: (name) => members.events(new QueueEvents(name, { connection: consumer, ...keys })),
    close: () => (closing ??= close()),
  };
}
