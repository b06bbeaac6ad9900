import { createServer, type Server, type Socket } from 'node:net';
import { PermanentError } from '../../domain/errors.ts';

/** A server that speaks on sockets that somebody else has accepted. */
export interface Service {
  accept(socket: Socket): void;
  /** Gives back timers and memory. Its sockets have been ended before. */
  close(): Promise<void>;
}

/**
 * A listening port that stays the same while the server behind it changes, so that mending never lets go of the
 * port. It counts every connection and owns the sockets, which not all servers can end by themselves.
 */
export class FrontDoor {
  readonly address: string;
  readonly port: number;
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  #service: Service | undefined;
  #connections = 0;
  #closed = false;

  private constructor(listener: Server, address: string, port: number) {
    this.#listener = listener;
    this.address = address;
    this.port = port;
    listener.on('connection', (socket) => this.#welcome(socket));
  }

  /**
   * Listens at `preferredPort`, or at a free one when that is taken there or at 0.0.0.0. Any other error of `listen`
   * is passed on as it is.
   */
  static async open(address: string, preferredPort: number): Promise<FrontDoor> {
    try {
      return await FrontDoor.#listen(address, preferredPort);
    } catch (error) {
      if (preferredPort === 0 || !isErrno(error, 'EADDRINUSE')) {
        throw error;
      }
      return await FrontDoor.#listen(address, 0);
    }
  }

  static async #listen(address: string, port: number): Promise<FrontDoor> {
    const listener = createServer();
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen({ host: address, port, exclusive: true }, () => {
        listener.off('error', reject);
        resolve();
      });
    });
    const bound = listener.address();
    if (bound === null || typeof bound === 'string') {
      throw new PermanentError('sandbox-no-port', {
        what: 'The sandbox listens without a port',
        where: `${address}:${port}`,
        got: String(bound),
      });
    }
    return new FrontDoor(listener, address, bound.port);
  }

  /** TCP connections accepted so far. */
  get connections(): number {
    return this.#connections;
  }

  /**
   * Puts a server behind the door, ends the connections of the one before it and closes that. Behind a closed door
   * the server itself is closed.
   */
  async install(service: Service): Promise<void> {
    if (this.#closed) {
      await service.close();
      return;
    }
    const previous = this.#service;
    this.#service = service;
    this.#endSockets();
    await previous?.close();
  }

  /** To be called once. */
  async close(): Promise<void> {
    this.#closed = true;
    const closed = new Promise<void>((resolve) => {
      this.#listener.close(() => resolve());
    });
    const service = this.#service;
    this.#service = undefined;
    this.#endSockets();
    await closed;
    await service?.close();
  }

  #welcome(socket: Socket): void {
    this.#connections += 1;
    // A scanner hangs up as it likes; that is no fault of ours.
    socket.on('error', () => socket.destroy());
    // Not by a 'close' listener: smtp-server takes all listeners off a socket when it changes to TLS.
    for (const known of this.#sockets) {
      if (known.destroyed) {
        this.#sockets.delete(known);
      }
    }
    if (this.#service === undefined) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    this.#service.accept(socket);
  }

  #endSockets(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    this.#sockets.clear();
  }
}

/** Whether a server can listen there. Linux has all of 127.0.0.0/8, others only 127.0.0.1. */
export async function hasAddress(address: string): Promise<boolean> {
  try {
    const door = await FrontDoor.open(address, 0);
    await door.close();
    return true;
  } catch (error) {
    if (isErrno(error, 'EADDRNOTAVAIL')) {
      return false;
    }
    throw error;
  }
}

/** Whether an error is the system's with that code, such as `EADDRINUSE`. */
function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
