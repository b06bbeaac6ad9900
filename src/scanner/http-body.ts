import type { Readable } from 'node:stream';
import { networkTimer } from './network-timer.ts';
import { endedEarly } from './socket-errors.ts';

/**
 * How long a body may pause whose end is told only by the end of the connection, which some servers forget although
 * they were asked to close it.
 */
const openEndQuietMs = 1000;
/** How long any other body may pause; an event stream never ends. */
const declaredQuietMs = 5000;
const firstRoom = 4096;

/**
 * The first bytes of a body, at most `limit`, after which the rest is not read. What came is kept when the peer ends
 * in the middle or falls silent: it has sent its headers, which is what most probes are after. Rejects with the
 * parser's or the socket's error otherwise.
 */
export function readBody(
  incoming: Readable & { readonly headers: Readonly<Record<string, string | string[] | undefined>> },
  limit: number,
): Promise<{ body: Buffer; truncated: boolean }> {
  return new Promise((resolve, reject) => {
    // One buffer that grows: thousands of chunks of one byte each would cost many times their length.
    let room = Buffer.alloc(Math.min(firstRoom, limit));
    let length = 0;
    const finish = (truncated: boolean): void => {
      callOff();
      resolve({ body: room.subarray(0, length), truncated });
    };
    const breakOff = (): void => {
      incoming.destroy();
      finish(true);
    };
    const quietMs = hasDeclaredEnd(incoming.headers) ? declaredQuietMs : openEndQuietMs;
    let heard = performance.now();
    // Set again when it runs out, not at every chunk.
    const listen = (ms: number): (() => void) =>
      networkTimer(ms, () => {
        const left = heard + quietMs - performance.now();
        if (left > 0) callOff = listen(Math.ceil(left));
        else breakOff();
      });
    let callOff = listen(quietMs);
    incoming.on('data', (chunk: Buffer) => {
      heard = performance.now();
      const kept = Math.min(chunk.length, limit - length);
      if (length + kept > room.length) {
        const larger = Buffer.alloc(Math.min(limit, Math.max(room.length * 2, length + kept)));
        room.copy(larger, 0, 0, length);
        room = larger;
      }
      chunk.copy(room, length, 0, kept);
      length += kept;
      if (kept < chunk.length) breakOff();
    });
    incoming.once('end', () => finish(false));
    incoming.on('error', (error) => {
      callOff();
      if (endedEarly(error)) finish(true);
      else reject(error);
    });
    incoming.once('close', () => callOff());
  });
}

function hasDeclaredEnd(headers: Readonly<Record<string, unknown>>): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}
