import type { EventEmitter } from 'node:events';

interface Closable extends EventEmitter {
  readonly name: string;
  close(): Promise<void>;
}

/**
 * After an error a worker pauses before it looks for jobs again, and cannot close in that time. BullMQ's default is 15
 * seconds, longer than a service has for its end.
 */
export const WORKER_DEFAULTS = { runRetryDelay: 2_000 };

export type OnBackendError = (error: Error, source: string) => void;

/** The BullMQ objects that a backend has made, to be closed in the right order. */
export class BackendMembers {
  readonly #onError: OnBackendError;
  readonly #workers: Closable[] = [];
  readonly #events: Closable[] = [];
  readonly #queues = new Map<string, Closable>();

  constructor(onError: OnBackendError) {
    this.#onError = onError;
  }

  /** The queue of that name, made on first use. */
  queue<Queue extends Closable>(name: string, make: () => Queue): Queue {
    // A name stands for one queue and so for one type, which only the caller knows.
    const known = this.#queues.get(name) as Queue | undefined;
    if (known !== undefined) return known;
    const queue = this.#watch(make(), 'queue');
    this.#queues.set(name, queue);
    return queue;
  }

  worker<Worker extends Closable>(worker: Worker): Worker {
    this.#workers.push(this.#watch(worker, 'worker'));
    return worker;
  }

  events<Events extends Closable>(events: Events): Events {
    this.#events.push(this.#watch(events, 'events'));
    return events;
  }

  /** Producers after consumers: a job that is finishing may still add others. */
  async close(): Promise<void> {
    for (const members of [this.#workers, this.#events, [...this.#queues.values()]]) {
      const closed = await Promise.allSettled(members.map((member) => member.close()));
      closed.forEach((result, index) => {
        if (result.status === 'fulfilled') return;
        const error = result.reason instanceof Error ? result.reason : new Error(String(result.reason));
        this.#onError(error, `closing ${members[index]?.name ?? ''}`);
      });
    }
  }

  /** An error event without a listener would end the process. */
  #watch<Member extends Closable>(member: Member, what: string): Member {
    member.on('error', (error: Error) => this.#onError(error, `${what} ${member.name}`));
    return member;
  }
}
