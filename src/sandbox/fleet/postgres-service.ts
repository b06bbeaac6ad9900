import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { Service } from './front-door.ts';

const MAX_CONNECTIONS = 64;
/** PostgreSQL's own bounds on the first packet (MAX_STARTUP_PACKET_LENGTH); outside them it hangs up. */
const STARTUP_LENGTH = { least: 8, most: 10_000 } as const;

/** PostgreSQL without TLS, which lets everybody in: a PGlite of its own behind pglite-socket. */
export async function plainPostgres(): Promise<Service> {
  const database = new DatabaseOnDemand();
  const endpoint = await localEndpoint();
  const server = new PGLiteSocketServer({
    // It uses these methods only; the class cannot be implemented because of its private fields.
    db: database as unknown as PGlite,
    path: endpoint.path,
    maxConnections: MAX_CONNECTIONS,
  });
  await server.start();
  return {
    accept: (socket) => admit(socket, endpoint.path),
    async close() {
      await server.stop();
      await database.close();
      await endpoint.remove();
    },
  };
}

/**
 * A PGlite that is made when the first session begins. Making one costs seconds and hundreds of megabytes, and whoever
 * only asks for TLS, as a scanner does, is answered by pglite-socket without the database.
 */
class DatabaseOnDemand implements Pick<
  PGlite,
  'waitReady' | 'runExclusive' | 'execProtocolRawStream' | 'isInTransaction' | 'exec' | 'close'
> {
  readonly waitReady = Promise.resolve();
  #starting: Promise<PGlite> | undefined;
  #started: PGlite | undefined;

  async #database(): Promise<PGlite> {
    this.#starting ??= import('@electric-sql/pglite').then(({ PGlite }) => PGlite.create());
    this.#started = await this.#starting;
    return this.#started;
  }

  async runExclusive<T>(work: () => Promise<T>): Promise<T> {
    return await (await this.#database()).runExclusive(work);
  }

  async execProtocolRawStream(...parameters: Parameters<PGlite['execProtocolRawStream']>): Promise<void> {
    await (await this.#database()).execProtocolRawStream(...parameters);
  }

  isInTransaction(): boolean {
    return this.#started?.isInTransaction() ?? false;
  }

  async exec(...parameters: Parameters<PGlite['exec']>): ReturnType<PGlite['exec']> {
    return await (await this.#database()).exec(...parameters);
  }

  async close(): Promise<void> {
    await (await this.#starting)?.close();
  }
}

/**
 * Hands a connection over to pglite-socket once its first packet has a possible length. Without this check that
 * server would wait for gigabytes when it is spoken to in another protocol.
 */
function admit(socket: Socket, path: string): void {
  let seen = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    seen = Buffer.concat([seen, chunk]);
    if (seen.length < 4) {
      return;
    }
    socket.off('data', onData);
    const length = seen.readUInt32BE(0);
    if (length < STARTUP_LENGTH.least || length > STARTUP_LENGTH.most) {
      socket.destroy();
      return;
    }
    socket.pause();
    socket.unshift(seen);
    // Either side may hang up at any time; pipeline then ends the other one.
    const inner = connect(path);
    pipeline(socket, inner, socket, () => {});
  };
  socket.on('data', onData);
}

/** A place for a local socket that no other process knows. */
async function localEndpoint(): Promise<{ path: string; remove(): Promise<void> }> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\picket-sandbox-${randomUUID()}`, remove: async () => {} };
  }
  const directory = await mkdtemp(join(tmpdir(), 'picket-sandbox-'));
  return {
    path: join(directory, 'postgres'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
