import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RetryableError } from '../domain/errors.ts';

const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** When the process started, in the kernel's own count; null where the system does not tell. */
  started: z.string().nullable(),
  token: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

export interface DataDirectoryLock {
  release(): Promise<void>;
}

/** A take-over is a matter of milliseconds; one that is older than this was cut short. */
const TAKE_OVER_LIMIT_MS = 5_000;

/**
 * Makes this process the only one that opens the data directory. The lock is the file `lock` with the holder's process
 * id; one that was left behind by a process that is gone is taken over.
 *
 * Raises `data-directory-in-use`, retryable, when another process holds it.
 */
export async function lockDataDirectory(directory: string): Promise<DataDirectoryLock> {
  const path = join(directory, 'lock');
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    token: randomUUID(),
  };
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (await createExclusively(path, JSON.stringify(own))) {
      return { release: () => release(path, own.token) };
    }
    const holder = await readHolder(path);
    if (holder === 'gone') continue;
    if (holder !== 'unreadable' && isAlive(holder)) throw inUse(path, holder);
    await removeStale(path, holder);
    await sleep(20);
  }
  throw new RetryableError('data-directory-in-use', {
    what: 'The data directory cannot be locked',
    where: path,
    got: 'other processes that keep taking and leaving it',
    expected: 'one process at a time',
  });
}

function inUse(path: string, { pid, host }: Holder): RetryableError {
  const elsewhere = host !== hostname();
  return new RetryableError('data-directory-in-use', {
    what: 'The data directory is in use',
    where: path,
    got: `a lock held by process ${pid}${elsewhere ? ` on ${host}` : ''}`,
    expected: elsewhere
      ? 'no other process; if that host is gone, delete the lock file'
      : 'no other process; stop it first, or use the service that it runs',
  });
}

async function createExclusively(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | 'gone' | 'unreadable'> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

/** Of several processes that find the same stale lock, one removes it: the one that holds the take-over file. */
async function removeStale(path: string, stale: Holder | 'unreadable'): Promise<void> {
  const takeOver = `${path}.take-over`;
  if (!(await createExclusively(takeOver, String(process.pid)))) {
    if ((await ageOf(takeOver)) > TAKE_OVER_LIMIT_MS) await rm(takeOver, { force: true });
    return;
  }
  try {
    const now = await readHolder(path);
    // An unreadable one may be half written by a process that lives, so it is given a moment.
    const same =
      stale === 'unreadable'
        ? now === 'unreadable' && (await ageOf(path)) > 1_000
        : now !== 'gone' && now !== 'unreadable' && now.token === stale.token;
    if (same) await rm(path, { force: true });
  } finally {
    await rm(takeOver, { force: true });
  }
}

async function release(path: string, token: string): Promise<void> {
  const holder = await readHolder(path);
  if (typeof holder === 'object' && holder.token === token) await rm(path, { force: true });
}

function isAlive({ pid, host, started }: Holder): boolean {
  // Of another host's processes nothing can be known, and two writers would ruin the database.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    if (codeOf(error) !== 'EPERM') return false;
  }
  // Process ids are used again, above all after a restart of the machine or the container.
  return started === null || startOf(pid) === started;
}

/** Boot and clock tick in which a process started, from `/proc`; null on systems without it. */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold spaces; the 22nd is the start time.
    const ticks = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot}/${ticks}`;
  } catch {
    return null;
  }
}

async function ageOf(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
