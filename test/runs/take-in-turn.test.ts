import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { takeInTurn } from '../../src/runs/take-in-turn.ts';

const never = new AbortController().signal;
const plain = { atOnce: 3, signal: never, storeAtOnce: 10, storeAfterMs: 10_000 };

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

describe('takeInTurn', () => {
  it('works on everything, never on more than it may, and stores each result once', async () => {
    let running = 0;
    let most = 0;
    const stored: number[] = [];
    const batches: number[] = [];
    await takeInTurn(numbers(25), {
      ...plain,
      work: async (item) => {
        running += 1;
        most = Math.max(most, running);
        await delay(1);
        running -= 1;
        return item * 2;
      },
      store: async (results) => {
        batches.push(results.length);
        stored.push(...results);
      },
    });
    expect(most).toBe(3);
    expect(stored.toSorted((a, b) => a - b)).toEqual(numbers(25).map((item) => item * 2));
    expect(batches).toEqual([10, 10, 5]);
  });

  it('takes items from the source only as places become free', async () => {
    let taken = 0;
    let done = 0;
    function* source(): Generator<number> {
      for (const item of numbers(50)) {
        taken += 1;
        yield item;
      }
    }
    await takeInTurn(source(), {
      ...plain,
      work: async () => {
        expect(taken - done).toBeLessThanOrEqual(plain.atOnce);
        await delay(1);
        done += 1;
        return null;
      },
      store: async () => undefined,
    });
    expect(done).toBe(50);
  });

  it('stores what is done although the batch is not full, once it has waited long enough', async () => {
    const order: string[] = [];
    await takeInTurn([5, 80], {
      ...plain,
      storeAfterMs: 10,
      work: async (ms) => {
        await delay(ms);
        order.push(`done ${ms}`);
        return ms;
      },
      store: async (results) => void order.push(`stored ${results.join()}`),
    });
    expect(order).toEqual(['done 5', 'stored 5', 'done 80', 'stored 80']);
  });

  it('begins nothing more once it is halted, and stores what was done', async () => {
    const halt = new AbortController();
    const stored: number[] = [];
    let begun = 0;
    await takeInTurn(numbers(100), {
      ...plain,
      signal: halt.signal,
      work: async (item) => {
        begun += 1;
        if (item === 4) halt.abort();
        await delay(1);
        return halt.signal.aborted && item > 4 ? null : item;
      },
      store: async (results) => void stored.push(...results),
    });
    expect(begun).toBeLessThan(10);
    expect(stored).toEqual(expect.arrayContaining([0, 1, 2, 3, 4]));
  });

  it('ends with the first error of the work, after storing what others had done', async () => {
    const stored: number[] = [];
    const ended = takeInTurn(numbers(20), {
      ...plain,
      work: async (item) => {
        await delay(1);
        if (item === 7) throw new Error('broken');
        return item;
      },
      store: async (results) => void stored.push(...results),
    });
    await expect(ended).rejects.toThrow('broken');
    expect(stored).toEqual(expect.arrayContaining([0, 1, 2, 3, 4, 5, 6]));
    expect(stored.length).toBeLessThan(12);
  });

  it('ends with an error of the store', async () => {
    const ended = takeInTurn(numbers(100), {
      ...plain,
      storeAtOnce: 1,
      work: async (item) => {
        await delay(1);
        return item;
      },
      store: async () => {
        throw new Error('no ledger');
      },
    });
    await expect(ended).rejects.toThrow('no ledger');
  });
});
