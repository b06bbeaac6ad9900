import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/database.ts';

/** Lets a child write until it has told of `rows` commits, then kills it. @returns the last one it told of. */
async function writeAndKill(dataDirectory: string, rows: number): Promise<number> {
  const child = fork(fileURLToPath(new URL('./crash-child.ts', import.meta.url)), [dataDirectory], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'close');
  let last = 0;
  let told = 0;
  child.on('message', (n) => {
    last = Number(n);
    told += 1;
    if (told === rows) child.kill('SIGKILL');
  });
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  expect(told, `it ended with ${code ?? signal} by itself`).toBeGreaterThanOrEqual(rows);
  return last;
}

// Each start of the embedded database takes seconds where the machine is busy.
it(
  'the embedded database loses no committed row when its process is killed, again and again',
  { timeout: 120_000 },
  async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'picket-crash-'));
    try {
      let last = 0;
      for (const rows of [150, 37]) last = await writeAndKill(dataDirectory, rows);
      expect(last).toBeGreaterThanOrEqual(187);

      const database = await openDatabase({ dataDirectory });
      const { rows } = await database.query<{ count: number; max: number; whole: boolean }>(
        `select count(*) as count, max(n) as max, bool_and(filler = repeat('y', 500)) as whole from public.committed`,
      );
      await database.close();
      // The last commit may not have been told of, but none that was may be missing, and none may be half there.
      expect(rows[0]?.max).toBeGreaterThanOrEqual(last);
      expect(rows[0]?.count).toBe(rows[0]?.max);
      expect(rows[0]?.whole).toBe(true);
    } finally {
      await rm(dataDirectory, { recursive: true, force: true });
    }
  },
);
