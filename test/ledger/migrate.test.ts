import { readdirSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../src/ledger/migrate.ts';
import { describeOnEachDatabase } from './databases.ts';

const own = fileURLToPath(new URL('../../src/ledger/migrations/', import.meta.url));
const last = readdirSync(own).length;

/** The name of a migration that comes `later` than the last of the product. */
function after(later: number, name: string): string {
  return `${String(last + later).padStart(4, '0')}${name}`;
}

describeOnEachDatabase('migrations', (database) => {
  let copy: string;
  const directory = (): URL => pathToFileURL(`${copy}/`);
  const write = (name: string, sql: string): Promise<void> => writeFile(join(copy, name), sql);

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'picket-migrations-'));
    await cp(own, copy, { recursive: true });
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  it('are not applied a second time', async () => {
    expect(await migrate(database())).toEqual([]);
  });

  it('are applied in order, together, once, however many ask at the same time', async () => {
    await write(
      after(1, '_one.sql'),
      'create table picket.one (n integer);\n-- and more\ninsert into picket.one values (1);',
    );
    await write(after(2, '_two.sql'), 'alter table picket.one rename to two;');
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database(), directory())));
    expect(applied.flat()).toEqual([after(1, '_one.sql'), after(2, '_two.sql')]);
    expect((await database().query('select n from picket.two')).rows).toEqual([{ n: 1 }]);
  });

  it('leave nothing behind when one of them fails', async () => {
    await write(after(3, '_fine.sql'), 'create table picket.fine (n integer);');
    await write(after(4, '_broken.sql'), 'create table picket.two (n integer);');
    await expect(migrate(database(), directory())).rejects.toThrow(/already exists/);
    const { rows } = await database().query("select to_regclass('picket.fine') as fine");
    expect(rows).toEqual([{ fine: null }]);
    await rm(join(copy, after(3, '_fine.sql')));
    await rm(join(copy, after(4, '_broken.sql')));
  });

  it('are refused when one was changed after it was applied', async () => {
    await write(after(2, '_two.sql'), 'alter table picket.one rename to three;');
    await expect(migrate(database(), directory())).rejects.toMatchObject({
      code: 'ledger-migration-changed',
      retryable: false,
    });
    await expect(migrate(database(), directory())).rejects.toThrow(
      new RegExp(`${after(2, '_two')}\\.sql.*never changed, only added`),
    );
    // How lines end depends on the checkout, and is no change.
    await write(after(2, '_two.sql'), 'alter table picket.one rename to two;');
    await write(
      after(1, '_one.sql'),
      'create table picket.one (n integer);\r\n-- and more\r\ninsert into picket.one values (1);',
    );
    expect(await migrate(database(), directory())).toEqual([]);
  });

  it('refuse a ledger of a later version', async () => {
    await expect(migrate(database())).rejects.toMatchObject({ code: 'ledger-newer', retryable: false });
    await expect(migrate(database())).rejects.toThrow(
      new RegExp(`${after(1, '_one')}\\.sql.*${String(last).padStart(4, '0')}_\\w+\\.sql`),
    );
  });

  it.each([after(4, '_gap.sql'), 'nameless.sql', after(3, '-dash.sql')])(
    'refuse the file name %s',
    async (name) => {
      await write(name, 'select 1;');
      await expect(migrate(database(), directory())).rejects.toMatchObject({
        code: 'ledger-migrations-misnumbered',
      });
      await rm(join(copy, name));
    },
  );
});
