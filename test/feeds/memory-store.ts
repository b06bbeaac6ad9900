import type { Feed, FeedEntries, FeedKind, FeedStore } from '../../src/domain/feed.ts';

interface Held {
  readonly kind: FeedKind;
  readonly name: string;
  readonly source: string;
  readonly entries: { readonly cve: string }[];
}

/** A store that keeps what it is given, for tests of what gives it. */
export class MemoryStore implements FeedStore {
  readonly current = new Map<string, Feed & { readonly held: readonly { readonly cve: string }[] }>();
  readonly loading = new Map<number, Held>();
  readonly calls: string[] = [];
  /** Characters of the largest request. */
  largest = 0;
  #next = 1;

  async feeds(): Promise<Feed[]> {
    return [...this.current.values()].map((feed) => ({ ...feed, held: undefined }));
  }

  async beginFeed(input: { kind: FeedKind; name: string; source: string }): Promise<{ id: number }> {
    const id = this.#next++;
    this.loading.set(id, { ...input, entries: [] });
    this.calls.push(`begin ${input.name}`);
    return { id };
  }

  async fillFeed(input: { id: number } & FeedEntries): Promise<{ added: number }> {
    this.largest = Math.max(this.largest, JSON.stringify(input).length);
    this.calls.push('fill');
    this.loading.get(input.id)?.entries.push(...input.entries);
    return { added: input.entries.length };
  }

  async completeFeed(input: {
    id: number;
    entries: number;
    sha256: string | null;
    publishedAt: string | null;
  }): Promise<null> {
    const held = this.loading.get(input.id);
    if (held === undefined) throw new Error('This feed is not loading.');
    this.loading.delete(input.id);
    const { kind, name, source } = held;
    const { entries, sha256, publishedAt } = input;
    const at = '2026-03-02T00:00:00.000Z';
    this.current.set(name, {
      kind,
      name,
      source,
      entries,
      sha256,
      publishedAt,
      loadedAt: at,
      checkedAt: at,
      held: held.entries,
    });
    this.calls.push('complete');
    return null;
  }

  async discardFeed({ id }: { id: number }): Promise<null> {
    this.loading.delete(id);
    this.calls.push('discard');
    return null;
  }

  async confirmFeed({ name }: { name: string }): Promise<null> {
    this.calls.push(`confirm ${name}`);
    return null;
  }
}
