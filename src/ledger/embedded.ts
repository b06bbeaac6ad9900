import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PermanentError } from '../domain/errors.ts';
import { lockDataDirectory } from './data-directory-lock.ts';
import { PglitePool } from './pglite-pool.ts';

/** The schema of BullMQ's tables. The one session's `search_path` names it, so our own statements name `picket`. */
export const QUEUE_SCHEMA = 'bullmq';

export interface EmbeddedPostgres {
  readonly pool: PglitePool;
  readonly close: () => Promise<void>;
}

/**
 * Opens the embedded PostgreSQL in a data directory, which is made, readable by its owner only, when it is not there.
 *
 * Raises `data-directory-in-use`, retryable, when another process has it open, and `data-directory-unusable`,
 * permanent, when the directory cannot be written or the database in it does not start.
 */
export async function openEmbedded(dataDirectory: string): Promise<EmbeddedPostgres> {
  const directory = resolve(dataDirectory);
  await makeDirectory(directory);
  const lock = await lockDataDirectory(directory);
  let db: PGlite | undefined;
  try {
    db = await start(join(directory, 'postgres'));
    const pool = new PglitePool(db);
    await pool.query(`set search_path = ${QUEUE_SCHEMA}`);
    return { pool, close: () => closeAll(pool) };
  } catch (error) {
    await db?.close();
    await lock.release();
    throw unusable(directory, error);
  }

  async function closeAll(pool: PglitePool): Promise<void> {
    await pool.end();
    await pool.endSession();
    try {
      await db?.close();
    } finally {
      await lock.release();
    }
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    const made = await mkdir(directory, { recursive: true, mode: 0o700 });
    // `mode` is cut down by the umask and `recursive` applies it to the parents as well; be exact about our own.
    if (made !== undefined) await chmod(directory, 0o700);
  } catch (error) {
    throw unusable(directory, error);
  }
}

/**
 * A process that is killed while the cluster is being made leaves a part of one, which PGlite takes for a whole one
 * and cannot start. So a finished cluster carries a mark, and one without has never held anything and is made anew.
 */
async function start(cluster: string): Promise<PGlite> {
  const mark = join(cluster, 'picket-ready');
  if (!(await exists(mark))) await rm(cluster, { recursive: true, force: true });
  const db = await PGlite.create({ dataDir: cluster });
  if (!(await exists(mark))) {
    await writeFile(mark, 'The cluster in this directory was made completely.\n', { mode: 0o600 });
  }
  return db;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

function unusable(directory: string, cause: unknown): PermanentError {
  return new PermanentError(
    'data-directory-unusable',
    {
      what: 'The data directory cannot be used',
      where: directory,
      got: cause instanceof Error ? cause.message : String(cause),
      expected: 'a directory that this user can write, new or with a ledger in it',
    },
    { cause },
  );
}
