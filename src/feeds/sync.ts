import { PermanentError, PicketError } from '../domain/errors.ts';
import type { Feed, FeedOutcome, FeedStore } from '../domain/feed.ts';
import { candidatesAt, type Candidate } from './candidates.ts';
import { loadFeed } from './load-feed.ts';
import type { FeedSource } from './source.ts';

/**
 * Brings the feeds in the ledger in line with those at a source, one after the other. A feed that cannot be used is an
 * outcome, and what was in use before stays in use. Raises `feeds-not-found` when the source has none at all.
 *
 * @param onOutcome is told of each as soon as it is done.
 */
export async function syncFeeds(input: {
  readonly source: FeedSource;
  readonly store: FeedStore;
  readonly now: Date;
  readonly onOutcome?: (outcome: FeedOutcome) => void;
}): Promise<FeedOutcome[]> {
  const { source, store } = input;
  const current = new Map((await store.feeds({})).map((feed) => [feed.name, feed]));
  const outcomes: FeedOutcome[] = [];
  for (const candidate of await candidatesAt(source, input.now)) {
    const outcome = await one(candidate, source, store, current.get(candidate.name));
    if (outcome === null) continue;
    outcomes.push(outcome);
    input.onOutcome?.(outcome);
  }
  if (outcomes.length === 0) {
    throw new PermanentError('feeds-not-found', {
      what: 'There is no file of a feed',
      where: source.location,
      expected:
        'nvdcve-2.0-<year>.json.gz with its .meta, known_exploited_vulnerabilities.json, epss_scores-current.csv.gz',
    });
  }
  return outcomes;
}

async function one(
  candidate: Candidate,
  source: FeedSource,
  store: FeedStore,
  current: Feed | undefined,
): Promise<FeedOutcome | null> {
  const started = performance.now();
  const outcome = (part: Pick<FeedOutcome, 'outcome' | 'entries' | 'detail'>): FeedOutcome => ({
    name: candidate.name,
    ...part,
    milliseconds: Math.round(performance.now() - started),
  });
  try {
    const loaded = await loadFeed(candidate, source, store, current);
    if (loaded === null) return null;
    return outcome(loaded);
  } catch (error) {
    if (!(error instanceof PicketError)) throw error;
    return outcome({ outcome: 'failed', entries: 0, detail: error.message });
  }
}
