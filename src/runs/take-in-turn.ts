import pLimit from 'p-limit';

/**
 * Works on items a few at a time and stores the results in batches while the work goes on.
 *
 * Items are handed to p-limit only as places become free, so the queue never holds more closures than are running.
 * One store runs at a time. An item whose work returns null is not stored. When `signal` is aborted no further item
 * is begun; what is done is still stored. The first error, of work or store, ends it after what is running has ended.
 */
export async function takeInTurn<Item, Result>(
  items: Iterable<Item>,
  options: {
    readonly atOnce: number;
    readonly signal: AbortSignal;
    readonly work: (item: Item) => Promise<Result | null>;
    readonly store: (results: readonly Result[]) => Promise<void>;
    readonly storeAtOnce: number;
    readonly storeAfterMs: number;
  },
): Promise<void> {
  const { atOnce, signal, work, store, storeAtOnce, storeAfterMs } = options;
  const limit = pLimit(atOnce);
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let finished: Result[] = [];
  let storing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (finished.length === 0) return;
    const batch = finished;
    finished = [];
    storing = storing.then(() => store(batch)).catch((error: unknown) => void failures.push(error));
  };

  for (const item of items) {
    if (signal.aborted || failures.length > 0) break;
    const task = limit(async () => {
      const result = await work(item);
      if (result === null) return;
      finished.push(result);
      if (finished.length >= storeAtOnce) flush();
      else timer ??= setTimeout(flush, storeAfterMs);
    })
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= atOnce) await Promise.race(running);
  }
  await Promise.all(running);
  flush();
  await storing;
  if (failures.length > 0) throw failures[0];
}
