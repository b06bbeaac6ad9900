/** Started by crash.test.ts and killed: commits rows one after the other and says so after each. */
import { openDatabase } from '../../src/ledger/database.ts';

// Not to outlive a test that was cut short.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const database = await openDatabase({ dataDirectory: process.argv[2] ?? '' });
await database.query('create table if not exists public.committed (n integer primary key, filler text)');
const { rows } = await database.query<{ n: number }>('select coalesce(max(n), 0) as n from public.committed');
for (let n = (rows[0]?.n ?? 0) + 1; ; n += 1) {
  await database.transaction(async (tx) => {
    await tx.query('insert into public.committed values ($1, $2)', [n, 'x'.repeat(500)]);
    await tx.query('update public.committed set filler = $2 where n = $1', [n, 'y'.repeat(500)]);
  });
  process.send?.(n);
}
