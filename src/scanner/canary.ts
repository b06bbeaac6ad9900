/**
 * A listener of the scanner's own, to which a relay is led in order to prove that it is one. It opens no connection;
 * whoever connects and says something gets a word that nobody else knows, and is hung up on.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { PermanentError } from '../domain/errors.ts';
import type { CanaryAddress } from './connection.ts';

const maxConnections = 64;
const patienceMs = 5000;

export interface CanaryOptions {
  /** Where to listen; port 0 for any that is free. */
  readonly listen: { readonly address: string; readonly port: number };
  /** Where others reach it, when that is somewhere else, as behind an Elastic IP. */
  readonly reachedAt?: { readonly address: string; readonly port: number };
}

export interface Canary extends CanaryAddress {
  /** Stops listening and ends all connections. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts listening. Rejects with `canary-unavailable` when the address or port cannot be had. */
export async function startCanary({ listen, reachedAt }: CanaryOptions): Promise<Canary> {
  const token = randomBytes(16).toString('hex');
  const answer = `HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${token.length}\r\n\r\n${token}`;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const patience = setTimeout(() => socket.destroy(), patienceMs);
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(patience);
      sockets.delete(socket);
    });
    socket.once('data', () => {
      // Read and forgotten, so that the end of the connection is no reset that swallows the answer.
      socket.resume();
      socket.end(answer);
    });
  });
  server.maxConnections = maxConnections;
  server.listen(listen.port, listen.address);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const where = `${listen.address}:${listen.port}`;
    throw new PermanentError(
      'canary-unavailable',
      {
        what: 'The canary cannot listen',
        where,
        got: cause instanceof Error ? cause.message : String(cause),
      },
      { cause },
    );
  }
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port;
  return {
    ...(reachedAt ?? { address: listen.address, port }),
    token,
    async close() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
