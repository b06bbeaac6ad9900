import { createServer as createHttpServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpRequest } from '../../src/scanner/connection.ts';
import { listen, patientProfile, probing } from './support.ts';

export const get: HttpRequest = { method: 'GET', path: '/' };

/** Asks a server once and returns the response as facts, the body as text. */
export async function ask(
  port: number,
  request: HttpRequest = get,
  maxBytes = 256 * 1024,
  profile = patientProfile,
) {
  const { observation, dials } = await probing(
    port,
    async (connection) => {
      const { body, ...rest } = await connection.request(request);
      return {
        ...rest,
        body: body.toString('latin1'),
        hex: body.subarray(0, 64 * 1024).toString('hex'),
        received: connection.bytesReceived,
      };
    },
    { rest: { maxBytes }, profile },
  );
  return { ...observation, facts: observation.facts as Record<string, never> | null, dials };
}

/** Serves raw bytes: `answer` is called once a whole request has come. */
export function rawServer(answer: (socket: Socket, request: string) => void) {
  return listen((socket) => {
    let request = '';
    socket.on('data', (data) => {
      request += data.toString('latin1');
      if (request.endsWith('\r\n\r\n')) answer(socket, request);
    });
  });
}

export async function httpServer(onRequest: RequestListener): Promise<number> {
  const { port } = await listen(() => {}, { server: createHttpServer(onRequest) });
  return port;
}

/** Writes for as long as the peer takes it, and counts. */
export function endless(socket: Socket, chunk: Buffer): { sent: number } {
  const count = { sent: 0 };
  const pump = (): void => {
    while (socket.writable) {
      count.sent += chunk.length;
      if (!socket.write(chunk)) return;
    }
  };
  socket.on('drain', pump);
  pump();
  return count;
}
