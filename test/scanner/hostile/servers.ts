import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** Starts a server on a free port of 127.0.0.1 until the test is over. */
export async function start(
  onSocket: (socket: Socket) => void,
  server: Server = createServer({ allowHalfOpen: true }),
): Promise<{ readonly port: number; readonly connections: () => number }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port was bound');
  return { port: bound.port, connections: () => connections };
}

/** Writes the piece again and again, as fast as the peer takes it. */
export function flood(socket: Socket, piece: Buffer | string): void {
  const more = (): void => {
    while (socket.writable && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

/** Writes the text byte by byte, and after its end goes on with its last `again` bytes. */
export function drip(socket: Socket, text: Buffer | string, again = 1, everyMs = 40): void {
  const bytes = Buffer.from(text);
  let at = 0;
  const timer = setInterval(() => {
    if (!socket.writable) return;
    socket.write(bytes.subarray(at, at + 1));
    at += 1;
    if (at === bytes.length) at -= again;
  }, everyMs);
  socket.on('close', () => clearInterval(timer));
}

/** Calls back once the peer has said something. */
export function whenSpokenTo(socket: Socket, then: (words: Buffer) => void): void {
  socket.once('data', then);
}
