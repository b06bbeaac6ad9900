import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDirectory } from '../../src/ledger/data-directory-lock.ts';

describe('the lock of a data directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'picket-lock-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const leave = (holder: object): Promise<void> =>
    writeFile(
      join(directory, 'lock'),
      JSON.stringify({ pid: process.pid, host: hostname(), started: null, token: 'left behind', ...holder }),
    );
  async function holder(): Promise<unknown> {
    const { pid } = JSON.parse(await readFile(join(directory, 'lock'), 'utf8')) as { pid: unknown };
    return pid;
  }
  async function deadProcess(): Promise<number> {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    return child.pid ?? 0;
  }

  it('names the process that holds it, and is free after its release', async () => {
    const lock = await lockDataDirectory(directory);
    await expect(lockDataDirectory(directory)).rejects.toMatchObject({ code: 'data-directory-in-use' });
    await expect(lockDataDirectory(directory)).rejects.toThrow(`process ${process.pid}`);
    await lock.release();
    expect(await readdir(directory)).toEqual([]);
    await (await lockDataDirectory(directory)).release();
  });

  it('is taken over from a process that is gone', async () => {
    await leave({ pid: await deadProcess() });
    const lock = await lockDataDirectory(directory);
    expect(await holder()).toBe(process.pid);
    await lock.release();
  });

  it.skipIf(process.platform !== 'linux')(
    'is taken over when the process id belongs to another process now',
    async () => {
      await leave({ started: 'another boot/1', pid: process.ppid });
      const lock = await lockDataDirectory(directory);
      expect(await holder()).toBe(process.pid);
      await lock.release();
    },
  );

  it('is left to another host, of which nothing can be known', async () => {
    await leave({ host: 'another-host', pid: await deadProcess() });
    await expect(lockDataDirectory(directory)).rejects.toThrow(/on another-host.*delete the lock file/);
  });

  it('is taken over when it is garbled and nobody has just begun to write it', async () => {
    await writeFile(join(directory, 'lock'), '{"pid":');
    const lock = await lockDataDirectory(directory);
    expect(await holder()).toBe(process.pid);
    await lock.release();
  });

  it('is not removed by somebody who lost it', async () => {
    const lock = await lockDataDirectory(directory);
    await leave({ pid: 1 });
    await lock.release();
    expect(await readdir(directory)).toEqual(['lock']);
  });

  it('goes to exactly one of many that find it stale at the same moment', async () => {
    const pid = await deadProcess();
    for (let round = 0; round < 5; round += 1) {
      await leave({ pid });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, () => lockDataDirectory(directory)),
      );
      const locks = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      expect(locks).toHaveLength(1);
      await locks[0]?.value.release();
      expect(await readdir(directory)).toEqual([]);
    }
  });
});
