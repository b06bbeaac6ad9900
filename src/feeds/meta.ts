import { invalidFeed } from './feed-error.ts';
import { instantOf } from './reading.ts';

/** What stands beside a file of NVD's about its uncompressed data. */
export interface Meta {
  /** Hexadecimal, in lower case. */
  readonly sha256: string;
  readonly bytes: number;
  readonly publishedAt: string | null;
}

/** Reads a `.meta` file: lines `lastModifiedDate:…`, `size:…`, `sha256:…`. Raises `feed-invalid`. */
export function readMeta(text: string, where: string): Meta {
  const fields = new Map(
    text.split(/\r?\n/).map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, Math.max(0, colon)).trim(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const sha256 = fields.get('sha256') ?? '';
  const bytes = Number(fields.get('size') ?? '');
  if (!/^[0-9a-f]{64}$/i.test(sha256) || !Number.isSafeInteger(bytes) || bytes <= 0) {
    throw invalidFeed(where, 'no checksum or no size', 'lines such as size:… and sha256:…');
  }
  return { sha256: sha256.toLowerCase(), bytes, publishedAt: instantOf(fields.get('lastModifiedDate')) };
}
