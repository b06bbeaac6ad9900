import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface DelayProxyOptions {
  readonly target: { readonly host: string; readonly port: number };
  /** Milliseconds that a question and its answer take longer. TCP's own handshake is not delayed. */
  readonly roundTripMs: number;
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
}

export interface DelayProxy {
  readonly port: number;
  /** The most connections that were open at once so far. */
  readonly peak: number;
  /** Connections so far. */
  readonly connections: number;
  close(): Promise<void>;
}

/** A network that is slow but loses nothing: passes on every byte, and every end, half a round trip later. */
export async function startDelayProxy(options: DelayProxyOptions): Promise<DelayProxy> {
  const { target, roundTripMs, host = '127.0.0.1', port = 0 } = options;
  const sockets = new Set<Socket>();
  let open = 0;
  let peak = 0;
  let connections = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
    connections += 1;
    open += 1;
    peak = Math.max(peak, open);
    // Who has said that it is done holds the connection no longer, however long the network takes to pass it on.
    let held = true;
    const done = (): void => {
      if (held) open -= 1;
      held = false;
    };
    client.once('end', done).once('close', done);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      forward(from, to, roundTripMs / 2);
      from.once('close', () => sockets.delete(from));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    get peak() {
      return peak;
    },
    get connections() {
      return connections;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Timers of the same length run in the order in which they were set, so nothing overtakes. */
function forward(from: Socket, to: Socket, delayMs: number): void {
  const later = (pass: () => void): void => void setTimeout(pass, delayMs);
  from.on('data', (chunk) => later(() => void (to.destroyed || to.write(chunk))));
  from.on('end', () => later(() => void to.end()));
  from.on('error', () => later(() => to.destroy()));
  from.on('close', (failed) => {
    if (!failed) later(() => void (to.destroyed || to.end()));
  });
}
