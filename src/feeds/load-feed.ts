import type { Feed, FeedEntries, FeedOutcome, FeedStore, ListedVulnerability } from '../domain/feed.ts';
import type { Exploitation } from '../domain/vulnerability.ts';
import { isOverlay, type Candidate } from './candidates.ts';
import { predictions, type ListedPrediction } from './epss.ts';
import { invalidFeed } from './feed-error.ts';
import { jsonElements, type Rest } from './json-elements.ts';
import { readExploitation } from './kev.ts';
import { readMeta, type Meta } from './meta.ts';
import { readVulnerability } from './nvd.ts';
import { plainBytes, type PlainBytes } from './plain-bytes.ts';
import { instantOf } from './reading.ts';
import type { FeedSource } from './source.ts';

/** Characters of JSON that go to the ledger at once. */
const BATCH_CHARACTERS = 512 * 1024;
const BATCH_ENTRIES = 5_000;
/** A service takes no larger request. */
const LARGEST_ENTRY = 960 * 1024;
const LARGEST_META = 4096;

type Entry = ListedVulnerability | Exploitation | ListedPrediction;
type Loaded = Pick<FeedOutcome, 'outcome' | 'entries' | 'detail'>;

/**
 * Loads one feed, unless the one in use has the same checksum. Null when the source does not have it. Raises what is
 * wrong with it; then the one in use stays.
 */
export async function loadFeed(
  candidate: Candidate,
  source: FeedSource,
  store: FeedStore,
  current: Feed | undefined,
): Promise<Loaded | null> {
  const meta = candidate.meta === null ? null : await metaOf(candidate, source);
  if (meta !== null && meta.sha256 === current?.sha256) {
    await store.confirmFeed({ name: candidate.name });
    return { outcome: 'unchanged', entries: current.entries, detail: null };
  }
  const file = await firstOf(candidate, source);
  if (file === null) return null;
  if (candidate.meta !== null && meta === null) {
    destroy(file.chunks);
    throw invalidFeed(file.where, 'no checksum beside it', `the file ${candidate.meta}`);
  }
  const bytes = plainBytes(file.chunks, file.where, meta?.bytes);
  const begun = { kind: candidate.kind, name: candidate.name, source: source.location };
  const { id } = await store.beginFeed(begun).catch((error: unknown) => {
    destroy(file.chunks);
    throw error;
  });
  try {
    const { entries, read, oversized, publishedAt } = await fill(candidate, id, bytes, file.where, store);
    const { sha256, bytes: size } = bytes.sum();
    if (meta !== null && (meta.sha256 !== sha256 || meta.bytes !== size)) {
      throw invalidFeed(
        file.where,
        `${size} bytes with the checksum ${sha256}`,
        `${meta.bytes} with ${meta.sha256}`,
      );
    }
    if (read === 0) throw invalidFeed(file.where, 'no entries', 'at least one');
    await store.completeFeed({ id, entries, sha256, publishedAt: meta?.publishedAt ?? publishedAt });
    const detail =
      oversized === 0 ? null : `${oversized} entries were left out: each names too many products`;
    return { outcome: 'loaded', entries, detail };
  } catch (error) {
    // The error that counts is the first. What cannot be removed now is removed by the next synchronisation.
    await store.discardFeed({ id }).catch(() => null);
    throw error;
  }
}

interface Filled {
  /** That the ledger has taken. */
  readonly entries: number;
  /** That the file has. */
  readonly read: number;
  readonly oversized: number;
  readonly publishedAt: string | null;
}

async function fill(
  candidate: Candidate,
  id: number,
  bytes: PlainBytes,
  where: string,
  store: FeedStore,
): Promise<Filled> {
  let batch: Entry[] = [];
  let characters = 0;
  let entries = 0;
  let oversized = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const part = { id, kind: candidate.kind, entries: batch } as { id: number } & FeedEntries;
    entries += (await store.fillFeed(part)).added;
    batch = [];
    characters = 0;
  };
  const reader = readEntries(candidate, bytes, where);
  for (;;) {
    const next = await reader.next();
    if (next.done === true) {
      await flush();
      return { entries, oversized, ...next.value };
    }
    const size = JSON.stringify(next.value).length;
    if (size > LARGEST_ENTRY) {
      oversized += 1;
      continue;
    }
    if (characters + size > BATCH_CHARACTERS || batch.length >= BATCH_ENTRIES) await flush();
    batch.push(next.value);
    characters += size;
  }
}

type Reader = AsyncGenerator<Entry, Pick<Filled, 'publishedAt' | 'read'>, void>;

function readEntries(candidate: Candidate, bytes: PlainBytes, where: string): Reader {
  if (candidate.kind === 'epss') return predictions(bytes, where);
  if (candidate.kind === 'kev') {
    return readList(bytes, where, readExploitation, (rest, entries) => {
      if (rest['count'] !== entries)
        throw invalidFeed(where, `${entries} entries`, `${String(rest['count'])}, as it says`);
      return instantOf(rest['dateReleased']);
    });
  }
  const overlay = isOverlay(candidate);
  return readList(
    bytes,
    where,
    readVulnerability,
    (rest) => instantOf(rest['timestamp']),
    // One that affects nothing is of use only where it may take the place of an older one that did.
    ({ products }) => overlay || products.length > 0,
  );
}

async function* readList<Item extends Entry>(
  bytes: PlainBytes,
  where: string,
  readItem: (element: unknown) => Item | null,
  publishedAt: (rest: Rest, entries: number) => string | null,
  isOfUse: (item: Item) => boolean = () => true,
): Reader {
  const elements = jsonElements(bytes, 'vulnerabilities', where);
  for (let number = 1; ; number += 1) {
    const next = await elements.next();
    if (next.done === true) return { publishedAt: publishedAt(next.value, number - 1), read: number - 1 };
    const item = readItem(next.value);
    if (item === null)
      throw invalidFeed(where, `something else in entry ${number}`, 'a vulnerability with id and date');
    if (isOfUse(item)) yield item;
  }
}

async function metaOf({ meta }: Candidate, source: FeedSource): Promise<Meta | null> {
  const chunks = meta === null ? null : await source.open(meta);
  if (chunks === null || meta === null) return null;
  const where = `${source.location}, ${meta}`;
  const parts: Buffer[] = [];
  for await (const part of plainBytes(chunks, where, LARGEST_META)) parts.push(part);
  return readMeta(Buffer.concat(parts).toString('latin1'), where);
}

async function firstOf(
  { files }: Candidate,
  source: FeedSource,
): Promise<{ chunks: AsyncIterable<Buffer>; where: string } | null> {
  for (const file of files) {
    const chunks = await source.open(file);
    if (chunks !== null) return { chunks, where: `${source.location}, ${file}` };
  }
  return null;
}

function destroy(chunks: AsyncIterable<Buffer>): void {
  if ('destroy' in chunks && typeof chunks.destroy === 'function') chunks.destroy();
}
