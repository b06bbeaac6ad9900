import { EventEmitter } from 'node:events';
import type { PGlite } from '@electric-sql/pglite';
import type { PooledClient, StatementResult } from './connection-pool.ts';
import { columnParsers } from './values.ts';

/** In the words of node-postgres, which BullMQ looks for when it closes. */
const ENDED = 'Cannot use a pool after calling end on the pool';
/** How long closing waits for an open transaction; afterwards it is lost, as with a server that goes down. */
const HOLDER_LIMIT_MS = 5_000;
/** BullMQ's statements begin with comment lines. */
const LEADING_COMMENTS = /^(?:\s+|--[^\n]*(?:\n|$))*/;
const LISTEN = /^(listen|unlisten)\s+("?)([\w*]+)\2\s*;?\s*$/i;

/** The one session of a PGlite, lent out in the order of asking. */
class Session {
  readonly db: PGlite;
  #taken = false;
  #ended = false;
  #onIdle: (() => void) | undefined;
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(db: PGlite) {
    this.db = db;
  }

  async acquire(): Promise<void> {
    if (this.#ended) throw new Error(ENDED);
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.resolve();
      return;
    }
    this.#taken = false;
    this.#onIdle?.();
  }

  /** Turns away whoever waits and lets the present holder finish, within the limit. */
  async end(limitMs: number): Promise<void> {
    this.#ended = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(ENDED));
    if (!this.#taken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async run<Row>(text: string, values: readonly unknown[] | undefined): Promise<StatementResult<Row>> {
    const options = { parsers: columnParsers };
    // Only the simple protocol takes several statements at once, and it takes no parameters.
    const result =
      values === undefined || values.length === 0
        ? (await this.db.exec(text, options)).at(-1)
        : await this.db.query<Row>(text, [...values], options);
    const rows = (result?.rows ?? []) as Row[];
    return {
      rows,
      rowCount: result?.rowCount ?? rows.length,
      ...(result?.command === undefined ? {} : { command: result.command }),
    };
  }

  get inTransaction(): boolean {
    return this.db.isInTransaction();
  }
}

class PgliteClient extends EventEmitter implements PooledClient {
  readonly #session: Session;
  readonly #onRelease: (finished: Promise<void>) => void;
  readonly #channels = new Map<string, () => Promise<void>>();
  #holdsSession = false;
  #released = false;
  /** Statements of one client run one after the other, as on a connection. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(session: Session, onRelease: (finished: Promise<void>) => void) {
    super();
    this.#session = session;
    this.#onRelease = onRelease;
  }

  async query<Row = unknown>(text: string, values?: readonly unknown[]): Promise<StatementResult<Row>> {
    if (this.#released) throw new Error('Client was released back to the pool');
    return this.#inTurn(async () => {
      const statement = LISTEN.exec(text.replace(LEADING_COMMENTS, ''));
      const channel = statement?.[3];
      if (channel === undefined) return this.#session.run<Row>(text, values);
      await (statement?.[1]?.toLowerCase() === 'listen' ? this.#listen(channel) : this.#unlisten(channel));
      return { rows: [], rowCount: null };
    });
  }

  release(): void {
    if (this.#released)
      throw new Error('Release called on client which has already been released to the pool.');
    this.#released = true;
    this.#onRelease(
      this.#last.then(async () => {
        if (!this.#holdsSession && this.#channels.size === 0) return;
        await this.#inTurn(async () => {
          if (this.#session.inTransaction) await this.#session.run('rollback', undefined);
          await this.#unlisten('*');
        });
      }),
    );
  }

  /** Runs with the session held; keeps holding it for as long as a transaction is open. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(async () => {
      if (!this.#holdsSession) await this.#session.acquire();
      this.#holdsSession = true;
      try {
        return await work();
      } finally {
        if (!this.#session.inTransaction) {
          this.#holdsSession = false;
          this.#session.release();
        }
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #listen(channel: string): Promise<void> {
    if (this.#channels.has(channel)) return;
    // Not at once: PGlite calls back in the middle of the statement that notifies, which may be before the listener has
    // got around to the answer to its own last statement. From a server, a notification never comes so early.
    const stop = await this.#session.db.listen(channel, (payload) => {
      setImmediate(() => this.emit('notification', { channel, payload }));
    });
    this.#channels.set(channel, stop);
  }

  async #unlisten(channel: string): Promise<void> {
    for (const [name, stop] of this.#channels) {
      if (channel !== '*' && channel !== name) continue;
      this.#channels.delete(name);
      await stop();
    }
  }
}

/**
 * A PGlite in the shape of `pg.Pool`, so that the ledger and BullMQ use it as they use a server.
 *
 * PGlite has one session, and everybody's statements would run inside whichever transaction happens to be open. So a
 * client holds the session from BEGIN to COMMIT or ROLLBACK, and others wait. `search_path` and other settings of the
 * session are everybody's. Notifications go to the clients that listen.
 */
export class PglitePool extends EventEmitter {
  /** `keepAlive` tells BullMQ that a connection cannot be lost without notice: there is none. */
  readonly options = { max: Number.MAX_SAFE_INTEGER, keepAlive: true };
  readonly #session: Session;
  readonly #releasing = new Set<Promise<void>>();
  #ended = false;

  constructor(database: PGlite | PglitePool) {
    super();
    this.#session = database instanceof PglitePool ? database.#session : new Session(database);
  }

  async query<Row = unknown>(text: string, values?: readonly unknown[]): Promise<StatementResult<Row>> {
    const client = await this.connect();
    try {
      return await client.query<Row>(text, values);
    } finally {
      client.release();
    }
  }

  async connect(): Promise<PooledClient> {
    if (this.#ended) throw new Error(ENDED);
    const client = new PgliteClient(this.#session, (finished) => {
      const done: Promise<void> = finished
        // What fails here fails because the database is going away, which its next user is told.
        .catch(() => undefined)
        .finally(() => this.#releasing.delete(done));
      this.#releasing.add(done);
    });
    this.emit('connect', client);
    return client;
  }

  /** The same database for another user, who may end it without ending this one. */
  share(): PglitePool {
    return new PglitePool(this);
  }

  /** Lends out no more clients and lets the released ones finish. The PGlite stays open: its owner closes it. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#releasing);
  }

  /** Turns away everybody who waits for the session, through whichever pool; for the owner, who closes it next. */
  async endSession(): Promise<void> {
    await this.#session.end(HOLDER_LIMIT_MS);
  }
}
