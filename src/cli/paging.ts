import type { Terminal } from './terminal.ts';

const PAGE = 500;

/** All items of a paged operation, one page in memory at a time. */
export async function* pages<Item>(
  read: (page: { after: string | null; limit: number }) => Promise<Item[]>,
  key: (item: Item) => string,
): AsyncGenerator<Item[], void, void> {
  let after: string | null = null;
  for (;;) {
    const items: Item[] = await read({ after, limit: PAGE });
    const last = items.at(-1);
    if (last === undefined) return;
    yield items;
    after = key(last);
  }
}

export async function collect<Item>(source: AsyncIterable<Item[]>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const items of source) all.push(...items);
  return all;
}

/** Writes pages of items as one JSON array, an item a line, without holding them all. */
export async function writeJson(terminal: Terminal, source: AsyncIterable<unknown[]>): Promise<void> {
  let first = true;
  terminal.out('[');
  for await (const items of source) {
    for (const item of items) {
      terminal.out(`${first ? '\n' : ',\n'}${JSON.stringify(item)}`);
      first = false;
    }
  }
  terminal.out(first ? ']\n' : '\n]\n');
}
