import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The longest path that every system takes for a Unix socket is a little over a hundred bytes. */
const LONGEST = 100;

/** Where the service that holds a data directory listens. */
export function socketPath(dataDirectory: string): string {
  const inside = path.join(dataDirectory, 'picket.sock');
  if (Buffer.byteLength(inside) <= LONGEST) return inside;
  const digest = createHash('sha256').update(path.resolve(dataDirectory)).digest('hex').slice(0, 16);
  return path.join(tmpdir(), `picket-${digest}.sock`);
}
