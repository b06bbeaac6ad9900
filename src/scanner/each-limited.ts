import pLimit from 'p-limit';

/**
 * Does `work` for every item, at most `concurrency` at a time, taking the next item only when there is room for it:
 * a queue of closures for a million items would cost more than a gigabyte. Rejects with the first error, after the
 * work that had begun is done; takes no further items then.
 */
export async function eachLimited<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const limit = pLimit(Math.max(1, Math.floor(concurrency)));
  const underWay = new Set<Promise<void>>();
  const errors: unknown[] = [];
  for await (const item of items) {
    const task: Promise<void> = limit(work, item)
      .catch((error: unknown) => void errors.push(error))
      .finally(() => underWay.delete(task));
    underWay.add(task);
    if (underWay.size >= limit.concurrency) await Promise.race(underWay);
    if (errors.length > 0) break;
  }
  await Promise.all(underWay);
  if (errors.length > 0) throw errors[0];
}
