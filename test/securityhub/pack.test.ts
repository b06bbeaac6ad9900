import { BatchImportFindingsCommand } from '@aws-sdk/client-securityhub';
import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAsff } from '../../src/securityhub/asff.ts';
import { packFindings } from '../../src/securityhub/pack.ts';
import { aFinding, manyFindings } from './a-finding.ts';
import { stubClient } from './stub-client.ts';

const asItem = (asff: Partial<AwsSecurityFinding>) => ({ asff: asff as AwsSecurityFinding });
const items = (count: number) =>
  manyFindings(count).map((finding) => asItem(toAsff(finding, { partition: 'aws' })));

async function collect<Item>(batches: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** The bytes of a call, as AWS would count them. */
const callBytes = (batch: readonly { asff: AwsSecurityFinding }[]) =>
  Buffer.byteLength(JSON.stringify({ Findings: batch.map(({ asff }) => asff) }));

describe('packFindings', () => {
  it('puts 100 findings in a call, and the rest in the last', async () => {
    const batches = await collect(packFindings(items(250)));
    expect(batches.map((batch) => batch.length)).toEqual([100, 100, 50]);
    expect(batches.flat()).toEqual(items(250));
  });

  it('makes no call of nothing', async () => {
    expect(await collect(packFindings([]))).toEqual([]);
  });

  it('closes a call before it goes over 6 MB', async () => {
    const big = Array.from({ length: 100 }, (_, index) =>
      asItem({ Id: `f${index}`, Description: 'é'.repeat(100_000) }),
    );
    const batches = await collect(packFindings(big));
    expect(batches.map((batch) => batch.length)).toEqual([29, 29, 29, 13]);
    for (const batch of batches) expect(callBytes(batch)).toBeLessThanOrEqual(6_000_000);
  });

  it('never puts the same Id twice in one call', async () => {
    const ids = ['a', 'b', 'a', 'c', 'a', 'a'];
    const batches = await collect(packFindings(ids.map((Id) => asItem({ Id }))));
    expect(batches.map((batch) => batch.map(({ asff }) => asff.Id))).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['a'],
      ['a'],
    ]);
  });

  it('refuses a finding that fits into no call', async () => {
    await expect(
      collect(
        packFindings([asItem({ Id: 'huge', Title: 'x'.repeat(200) })], {
          findingsPerCall: 100,
          callBytes: 200,
        }),
      ),
    ).rejects.toThrow('A finding does not fit into any call of BatchImportFindings (huge): got 224 bytes');
  });

  it('reads on only when asked', async () => {
    let read = 0;
    async function* source() {
      for (const item of items(1000)) {
        read += 1;
        await Promise.resolve();
        yield item;
      }
    }
    const batches = packFindings(source());
    await batches.next();
    expect(read).toBe(101);
    await batches.return();
    expect(read).toBe(101);
  });

  it('loses nothing, keeps the order and fills each call to its limits', async () => {
    const finding = fc.record({
      Id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      Title: fc.string({ unit: 'binary' }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(finding),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 150, max: 400 }),
        async (findings, findingsPerCall, most) => {
          const source = findings.map(asItem).filter((item) => callBytes([item]) <= most);
          const batches = await collect(packFindings(source, { findingsPerCall, callBytes: most }));
          expect(batches.flat()).toEqual(source);
          for (const [index, batch] of batches.entries()) {
            expect(batch.length).toBeLessThanOrEqual(findingsPerCall);
            expect(callBytes(batch)).toBeLessThanOrEqual(most);
            expect(new Set(batch.map(({ asff }) => asff.Id)).size).toBe(batch.length);
            // Whatever comes next would not have fitted.
            const more = [...batch, ...(batches[index + 1]?.slice(0, 1) ?? [])];
            const fits =
              more.length <= findingsPerCall &&
              callBytes(more) <= most &&
              new Set(more.map(({ asff }) => asff.Id)).size === more.length;
            expect(fits).toBe(more.length === batch.length);
          }
        },
      ),
    );
  });

  it('counts the bytes that the SDK really sends', async () => {
    const odd = aFinding({ content: { title: 'Ünïcode 漢字 😀 "quoted" \\ back' } });
    const batch = [asItem(toAsff(odd, { partition: 'aws' })), ...items(2)];
    const { client, requests } = stubClient(() => ({ FailedCount: 0, SuccessCount: 3, FailedFindings: [] }));
    await client.send(new BatchImportFindingsCommand({ Findings: batch.map(({ asff }) => asff) }));
    expect(Buffer.byteLength(requests[0]?.body ?? '')).toBe(callBytes(batch));
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ Findings: batch.map(({ asff }) => asff) });
  });
});
