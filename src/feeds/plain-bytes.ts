import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { PermanentError, PicketError } from '../domain/errors.ts';
import { invalidFeed, unreachableFeed } from './feed-error.ts';

/** Compressed or not, no feed comes near to this. */
const MOST_BYTES = 4 * 1024 * 1024 * 1024;
const GZIP = [0x1f, 0x8b] as const;

/** A file's uncompressed bytes, counted and hashed as they pass. */
export interface PlainBytes extends AsyncIterable<Buffer> {
  /** After the last byte. */
  sum(): { readonly bytes: number; readonly sha256: string };
}

/**
 * Uncompresses a file where its first bytes say that it is compressed. Raises `feed-invalid` for what is broken, and
 * `feed-too-large` as soon as there are more than `limit` uncompressed bytes.
 */
export function plainBytes(
  chunks: AsyncIterable<Buffer>,
  where: string,
  limit: number = MOST_BYTES,
): PlainBytes {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for await (const chunk of uncompressed(chunks)) {
          bytes += chunk.length;
          if (bytes > limit) {
            throw new PermanentError('feed-too-large', {
              what: 'A file of a feed is too large',
              where,
              got: `more than ${limit} bytes`,
              expected: 'the size that its publisher says, or less',
            });
          }
          hash.update(chunk);
          yield chunk;
        }
      } catch (error) {
        throw translated(error, where);
      }
    },
    sum: () => ({ bytes, sha256: hash.digest('hex') }),
  };
}

async function* uncompressed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let done = false;
  while (head.length < GZIP.length && !done) {
    const next = await iterator.next();
    done = next.done === true;
    if (next.done !== true) head = Buffer.concat([head, next.value]);
  }
  const whole = async function* (): AsyncGenerator<Buffer, void, void> {
    try {
      if (head.length > 0) yield head;
      if (!done) yield* { [Symbol.asyncIterator]: () => iterator };
    } finally {
      // Closes the file or the connection when the reader has had enough.
      await iterator.return?.();
    }
  };
  if (!GZIP.every((byte, index) => head[index] === byte)) {
    yield* whole();
    return;
  }
  const gunzip = createGunzip();
  // The error reaches whoever reads; here is nobody to tell.
  pipeline(Readable.from(whole()), gunzip, () => undefined);
  yield* gunzip as AsyncIterable<Buffer>;
}

function translated(error: unknown, where: string): unknown {
  if (error instanceof PicketError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_')
    ? invalidFeed(where, `broken compressed data (${error.message})`, 'a whole file', error)
    : unreachableFeed(where, error.message, error);
}
