import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const PATIENCE_MS = 5000;

/** Connects, or fails with the system's error. */
export async function dial(address: string, port: number): Promise<Socket> {
  const socket = connect({ host: address, port });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => socket.destroy());
  return socket;
}

/** Collects what arrives until `enough` says so; fails when the peer ends before that or says nothing. */
export async function receive(socket: Socket, enough: (bytes: Buffer) => boolean): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  return await new Promise<Buffer>((resolve, reject) => {
    const done = (act: () => void): void => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', onClose);
      act();
    };
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (enough(bytes)) {
        done(() => resolve(bytes));
      }
    };
    const onClose = (): void =>
      done(() => reject(new Error(`ended after ${JSON.stringify(bytes.toString())}`)));
    const timer = setTimeout(
      () => done(() => reject(new Error(`silent after ${JSON.stringify(bytes.toString())}`))),
      PATIENCE_MS,
    );
    socket.on('data', onData);
    socket.on('close', onClose);
  });
}

/** Resolves when the peer has ended the connection. */
export async function ended(socket: Socket): Promise<void> {
  if (socket.closed) {
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The connection is still open.')), PATIENCE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
  });
}

/** Whether a server could listen there now. */
export async function isFree(address: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, address);
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
