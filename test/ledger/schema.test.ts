import { expect, it } from 'vitest';
import { describeOnEachDatabase } from './databases.ts';
import { describeSchema } from './describe-schema.ts';

describeOnEachDatabase('schema', (database) => {
  it('is the committed one', async () => {
    await expect(await database().transaction(describeSchema)).toMatchFileSnapshot(
      '../../src/ledger/schema.txt',
    );
  });
});
