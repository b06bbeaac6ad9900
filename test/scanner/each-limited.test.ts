import { expect, it } from 'vitest';
import { eachLimited } from '../../src/scanner/each-limited.ts';
import { later } from './support.ts';

it('takes items only as there is room for them', async () => {
  let taken = 0;
  let done = 0;
  let most = 0;
  function* items(): Generator<number> {
    for (; taken < 500; taken += 1) {
      most = Math.max(most, taken - done);
      yield taken;
    }
  }
  await eachLimited(items(), 5, async () => {
    await later(0);
    done += 1;
  });
  expect(done).toBe(500);
  expect(most).toBeLessThanOrEqual(5);
});

it('works through what comes over time', async () => {
  async function* items(): AsyncGenerator<number> {
    for (let index = 0; index < 5; index += 1) {
      await later(1);
      yield index;
    }
  }
  const seen: number[] = [];
  await eachLimited(items(), 2, async (item) => void seen.push(item));
  expect(new Set(seen)).toEqual(new Set([0, 1, 2, 3, 4]));
});

it('stops at the first error, after what had begun', async () => {
  const begun: number[] = [];
  let finished = 0;
  const work = eachLimited(Array(100).keys(), 3, async (item) => {
    begun.push(item);
    await later(item === 1 ? 1 : 20);
    if (item === 1) throw new Error('no more');
    finished += 1;
  });
  await expect(work).rejects.toThrow('no more');
  expect(begun.length).toBeLessThanOrEqual(4);
  expect(finished).toBe(begun.length - 1);
});
