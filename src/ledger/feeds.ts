import { PermanentError } from '../domain/errors.ts';
import type { Feed, FeedEntries, FeedKind } from '../domain/feed.ts';
import type { Database, Queryable } from './database.ts';
import { addEntries, countEntries, removeEntries } from './vulnerabilities.ts';

/** Of two files of the same feed, the second must not have less than this part of the first's entries. */
const LEAST_PART = 0.5;

/**
 * Begins to load a file of a feed, beside what is in use. Whatever else was loading under the same name is given up.
 *
 * @returns its number, for the other calls.
 */
export async function beginFeed(
  database: Database,
  feed: { readonly kind: FeedKind; readonly name: string; readonly source: string },
): Promise<{ id: number }> {
  const { rows: stale } = await database.query<{ id: number; kind: FeedKind }>(
    "select id, kind from picket.feed where name = $1 and state <> 'current'",
    [feed.name],
  );
  for (const { id, kind } of stale) await remove(database, id, kind);
  const { rows } = await database.query<{ id: number }>(
    "insert into picket.feed (kind, name, source, state) values ($1, $2, $3, 'loading') returning id",
    [feed.kind, feed.name, feed.source],
  );
  return { id: rows[0]?.id ?? 0 };
}

/**
 * Adds entries to a file that is loading; of each vulnerability the first counts. Raises `feed-given-up` when it is not
 * loading any more.
 *
 * @returns how many were added.
 */
export async function fillFeed(
  database: Database,
  feed: { readonly id: number } & FeedEntries,
): Promise<{ added: number }> {
  return database.transaction(async (tx) => {
    await loading(tx, feed.id);
    return { added: await addEntries(tx, feed.id, feed) };
  });
}

/**
 * Puts a file in the place of the one that was in use under its name, at once. Raises `feed-incomplete` when the
 * ledger has not got all of its entries, `feed-shrunk` when it has far fewer than the one before, and `feed-given-up`.
 */
export async function completeFeed(
  database: Database,
  input: {
    readonly id: number;
    readonly entries: number;
    readonly sha256: string | null;
    readonly publishedAt: string | null;
  },
): Promise<null> {
  const previous = await database.transaction(async (tx) => {
    const { kind, name } = await loading(tx, input.id);
    const stored = await countEntries(tx, input.id, kind);
    if (stored !== input.entries) {
      throw new PermanentError('feed-incomplete', {
        what: 'The ledger has not got every entry of a feed',
        where: name,
        got: `${stored}`,
        expected: `${input.entries}`,
      });
    }
    const { rows } = await tx.query<{ id: number; entries: number }>(
      "select id, entries from picket.feed where name = $1 and state = 'current' for update",
      [name],
    );
    const [before] = rows;
    // NVD's files have a checksum, and the one of recent changes is now long and now short.
    if (before !== undefined && kind !== 'nvd' && input.entries < before.entries * LEAST_PART) {
      throw new PermanentError('feed-shrunk', {
        what: 'A feed has lost most of its entries, so it is not used',
        where: name,
        got: `${input.entries}`,
        expected: `about ${before.entries}, as the last time`,
      });
    }
    await tx.query("update picket.feed set state = 'old' where name = $1 and state = 'current'", [name]);
    await tx.query(
      `update picket.feed set state = 'current', entries = $2, sha256 = $3, published_at = $4::timestamptz,
         loaded_at = date_trunc('milliseconds', now()), checked_at = date_trunc('milliseconds', now())
       where id = $1`,
      [input.id, input.entries, input.sha256, input.publishedAt],
    );
    return before === undefined ? null : { id: before.id, kind };
  });
  if (previous !== null) await remove(database, previous.id, previous.kind);
  return null;
}

/** Gives up a file that is loading. */
export async function discardFeed(database: Database, { id }: { readonly id: number }): Promise<null> {
  const { rows } = await database.query<{ kind: FeedKind }>(
    "select kind from picket.feed where id = $1 and state <> 'current'",
    [id],
  );
  const [feed] = rows;
  if (feed !== undefined) await remove(database, id, feed.kind);
  return null;
}

/** Notes that the file in use is still the newest that its source has. */
export async function confirmFeed(database: Database, { name }: { readonly name: string }): Promise<null> {
  await database.query(
    `update picket.feed set checked_at = date_trunc('milliseconds', now()) where name = $1 and state = 'current'`,
    [name],
  );
  return null;
}

/** The files in use, by name. */
export async function listFeeds(db: Queryable): Promise<Feed[]> {
  const { rows } = await db.query<Feed>(
    `select kind, name, source, sha256, published_at as "publishedAt", loaded_at as "loadedAt",
       checked_at as "checkedAt", entries
     from picket.feed where state = 'current' order by kind, name`,
  );
  return rows;
}

async function loading(tx: Queryable, id: number): Promise<{ kind: FeedKind; name: string }> {
  const { rows } = await tx.query<{ kind: FeedKind; name: string }>(
    "select kind, name from picket.feed where id = $1 and state = 'loading' for update",
    [id],
  );
  const [feed] = rows;
  if (feed !== undefined) return feed;
  throw new PermanentError('feed-given-up', {
    what: 'A feed is not being loaded any more',
    got: 'another synchronisation of the same feed, which took its place',
  });
}

/** First the entries, so that nothing is left without a row that tells of it. */
async function remove(database: Database, id: number, kind: FeedKind): Promise<void> {
  await removeEntries(database, id, kind);
  await database.query('delete from picket.feed where id = $1', [id]);
}
