/** What a statement gave back. `rowCount` counts the rows changed, or the rows returned by a query. */
export interface StatementResult<Row> {
  rows: Row[];
  rowCount: number | null;
  /** The command's tag: `SELECT`, `COMMIT`, `ROLLBACK`… */
  command?: string;
}

export interface Notification {
  channel: string;
  payload?: string;
}

/** The session that a pool lends out, in the shape of node-postgres' `PoolClient`. */
export interface PooledClient {
  query<Row = unknown>(text: string, values?: readonly unknown[]): Promise<StatementResult<Row>>;
  on(event: 'notification', listener: (message: Notification) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'end', listener: () => void): this;
  removeListener(event: 'notification', listener: (message: Notification) => void): this;
  removeAllListeners(event?: string): this;
  release(destroy?: boolean): void;
}

/**
 * The part of node-postgres' `Pool` that the ledger and the queue need. Real pools and {@link PglitePool} both have
 * it, and it fits the pool that BullMQ's PostgreSQL backend takes.
 */
export interface ConnectionPool {
  query<Row = unknown>(text: string, values?: readonly unknown[]): Promise<StatementResult<Row>>;
  connect(): Promise<PooledClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'connect', listener: (client: PooledClient) => void): this;
  removeAllListeners(event?: string): this;
  setMaxListeners(count: number): this;
  /** `max` may be raised while the pool is in use; each consumer that keeps a client for itself needs one more. */
  readonly options: { max: number; keepAlive?: boolean | undefined };
}
