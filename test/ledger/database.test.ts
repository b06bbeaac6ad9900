import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/database.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { describeWith } from '../support/requires.ts';
import { freePort } from '../support/server-process.ts';
import { describeOnEachDatabase } from './databases.ts';

const SECRET = 'correct-horse-battery';

async function failureOf(work: Promise<unknown>): Promise<Error> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('it did not fail');
  return outcome;
}

describeOnEachDatabase('database', (database) => {
  it('reads times as ISO 8601 in UTC and counts as numbers, with and without parameters', async () => {
    const expected = {
      at: '2026-03-01T10:00:00.120Z',
      before: '0045-03-15T00:00:00.000Z',
      count: 9_007_199_254_740_991,
      none: null,
      json: { a: [1, null] },
      list: ['x', 'y'],
    };
    const sql = `select '2026-03-01 12:00:00.12+02'::timestamptz as at, '0045-03-15 00:00Z'::timestamptz as before,
      9007199254740991::bigint as count, null::timestamptz as none, '{"a":[1,null]}'::jsonb as json,
      array['x','y'] as list`;
    expect((await database().query(sql)).rows).toEqual([expected]);
    expect((await database().query(`${sql}, $1::integer as one`, [1])).rows).toEqual([
      { ...expected, one: 1 },
    ]);
  });

  it('counts the rows that a statement changes', async () => {
    await database().query('create table picket.scratch (n integer primary key)');
    const insert = 'insert into picket.scratch select generate_series(1, $1::integer)';
    expect((await database().query(insert, [5])).rowCount).toBe(5);
    expect((await database().query('update picket.scratch set n = n + 100 where n > 3')).rowCount).toBe(2);
    expect((await database().query('delete from picket.scratch where n = $1', [999])).rowCount).toBe(0);
    await database().query('drop table picket.scratch');
  });

  it('keeps what a transaction did, or nothing of it', async () => {
    await database().query('create table picket.account (n integer primary key)');
    const kept = await database().transaction(async (tx) => {
      await tx.query('insert into picket.account values (1)');
      return 'kept';
    });
    expect(kept).toBe('kept');
    await expect(
      database().transaction(async (tx) => {
        await tx.query('insert into picket.account values (2)');
        throw new Error('changed our mind');
      }),
    ).rejects.toThrow('changed our mind');
    await expect(
      database().transaction((tx) => tx.query('insert into picket.account values (3), (1)')),
    ).rejects.toThrow(/duplicate key/);
    expect((await database().query('select n from picket.account')).rows).toEqual([{ n: 1 }]);
    await database().query('drop table picket.account');
  });

  it('does not report a transaction as kept when a statement of it failed unnoticed', async () => {
    await expect(
      database().transaction(async (tx) => {
        await tx.query('select 1 / 0').catch(() => undefined);
      }),
    ).rejects.toMatchObject({ code: 'ledger-transaction-lost' });
  });

  it('refuses statements of a transaction that is over', async () => {
    const tx = await database().transaction(async (handle) => handle);
    await expect(tx.query('select 1')).rejects.toThrow(/after the end of its transaction/);
  });

  it('keeps transactions and single statements apart when many run at once', async () => {
    await database().query('create table picket.counter (n integer)');
    await database().query('insert into picket.counter values (0)');
    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        if (index % 2 === 0) return database().query<{ n: number }>('select n from picket.counter');
        return database()
          .transaction(async (tx) => {
            await tx.query('update picket.counter set n = n + 1');
            await tx.query('update picket.counter set n = n + 1');
            if (index % 5 === 0) throw new Error('undo');
            return tx.query<{ n: number }>('select n from picket.counter');
          })
          .catch(() => undefined);
      }),
    );
    const seen = results.flatMap((result) => result?.rows.map(({ n }) => n) ?? []);
    expect(seen.filter((n) => n % 2 !== 0)).toEqual([]);
    // 10 transactions, of which those with index 5 and 15 were undone.
    expect((await database().query('select n from picket.counter')).rows).toEqual([{ n: 16 }]);
    await database().query('drop table picket.counter');
  });
});

describe('a server that cannot be reached', () => {
  it('is a retryable error that names the place and not the password', async () => {
    const port = await freePort();
    const error = await failureOf(
      openDatabase({ url: `postgresql://user:${SECRET}@127.0.0.1:${port}/ledger` }),
    );
    expect(error).toMatchObject({ code: 'ledger-unreachable', retryable: true });
    expect(error.message).toContain(`127.0.0.1:${port}/ledger`);
    expect(error.message).toContain('ECONNREFUSED');
    expect(`${error.stack} ${JSON.stringify(error.cause)}`).not.toContain(SECRET);
  });

  it('is an error within seconds when it accepts and never answers', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    try {
      const startedAt = Date.now();
      const { port } = server.address() as AddressInfo;
      const error = await failureOf(openDatabase({ url: `postgresql://user@127.0.0.1:${port}/ledger` }));
      expect(error).toMatchObject({ code: 'ledger-unreachable', retryable: true });
      expect(Date.now() - startedAt).toBeLessThan(8_000);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    }
  });

  it.each([
    ['not a url', 'something that is no URL'],
    [`mysql://user:${SECRET}@127.0.0.1/ledger`, 'the scheme mysql:'],
    [`postgresql://user:${SECRET}@127.0.0.1:99999/ledger`, 'something that is no URL'],
  ])('refuses the address %#', async (url, got) => {
    const error = await failureOf(openDatabase({ url }));
    expect(error).toMatchObject({ code: 'ledger-url-invalid', retryable: false });
    expect(error.message).toContain(got);
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(SECRET);
  });
});

describeWith('postgres', 'a server that answers', () => {
  it('refuses for good what does not exist', async () => {
    const server = await startPostgresServer();
    try {
      const url = (await server.createDatabase('there')).replace('there', 'not-there');
      const error = await failureOf(openDatabase({ url }));
      expect(error).toMatchObject({ code: 'ledger-refused', retryable: false });
      expect(error.message).toContain('"not-there" does not exist');
    } finally {
      await server.stop();
    }
  });
});

// Each start of the embedded database takes seconds where the machine is busy.
describe('a data directory', { timeout: 120_000 }, () => {
  const directories: string[] = [];
  const scratch = async (): Promise<string> => {
    const directory = await mkdtemp(join(tmpdir(), 'picket-directory-'));
    directories.push(directory);
    return directory;
  };
  afterEach(async () => {
    await Promise.all(
      directories.splice(0).map((directory) => rm(directory, { recursive: true, force: true })),
    );
  });

  it('is made for its owner only, and can be opened again with all that is in it', async () => {
    const dataDirectory = join(await scratch(), 'new', 'data');
    const first = await openDatabase({ dataDirectory });
    await first.query('create table public.kept as select 42 as n');
    await expect(openDatabase({ dataDirectory })).rejects.toMatchObject({
      code: 'data-directory-in-use',
      retryable: true,
    });
    await first.close();
    expect((await stat(dataDirectory)).mode & 0o777).toBe(0o700);

    const second = await openDatabase({ dataDirectory });
    expect((await second.query('select n from public.kept')).rows).toEqual([{ n: 42 }]);
    await second.close();
    await expect(second.query('select 1')).rejects.toThrow(/after calling end/);
  });

  it('with half of a cluster in it is made anew', async () => {
    const dataDirectory = await scratch();
    const first = await openDatabase({ dataDirectory });
    await first.close();
    // As it is left when the process is killed before the cluster is complete.
    await rm(join(dataDirectory, 'postgres', 'picket-ready'));
    await rm(join(dataDirectory, 'postgres', 'global'), { recursive: true });
    const second = await openDatabase({ dataDirectory });
    expect((await second.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await second.close();
  });

  it('that is no directory is a permanent error', async () => {
    const file = join(await scratch(), 'file');
    await writeFile(file, '');
    await expect(openDatabase({ dataDirectory: file })).rejects.toMatchObject({
      code: 'data-directory-unusable',
      retryable: false,
    });
  });
});
