import type { Feed, FeedKind, FeedOutcome } from '../../domain/feed.ts';
import { paint } from '../terminal.ts';
import type { Colour, Terminal } from '../terminal.ts';
import { table } from './table.ts';

const titles: Readonly<Record<FeedKind, string>> = {
  nvd: 'NVD, vulnerabilities',
  kev: 'CISA KEV, known to be exploited',
  epss: 'FIRST EPSS, predicted exploitation',
};

const colours: Readonly<Record<FeedOutcome['outcome'], Colour>> = {
  loaded: 'green',
  unchanged: 'gray',
  failed: 'red',
};

/** The feeds in use; `now` is what their age is counted to. */
export function feedsTable(terminal: Terminal, feeds: readonly Feed[], now: Date): string {
  if (feeds.length === 0) {
    return 'No feeds. Load some with "picket feeds sync --from <directory or URL>".\n';
  }
  return table(
    terminal,
    [
      { title: 'FEED', value: ({ name }) => name },
      { title: 'WHAT', value: ({ kind }) => titles[kind] },
      { title: 'ENTRIES', value: ({ entries }) => entries.toLocaleString('en') },
      { title: 'AGE', value: ({ publishedAt }) => age(publishedAt, now) },
      { title: 'CHECKED', value: ({ checkedAt }) => `${age(checkedAt, now)} ago` },
      { title: 'FROM', value: ({ source }) => source, flexible: true },
    ],
    feeds,
  );
}

export function outcomesTable(terminal: Terminal, outcomes: readonly FeedOutcome[]): string {
  return table(
    terminal,
    [
      { title: 'FEED', value: ({ name }) => name },
      {
        title: 'OUTCOME',
        value: ({ outcome }) => outcome,
        paint: ({ outcome }, text) => paint(terminal, colours[outcome], text),
      },
      { title: 'ENTRIES', value: ({ entries }) => entries.toLocaleString('en') },
      { title: 'TOOK', value: ({ milliseconds }) => `${(milliseconds / 1000).toFixed(1)} s` },
      { title: 'DETAIL', value: ({ detail }) => detail ?? '', flexible: true },
    ],
    outcomes,
  );
}

/** `3 hours`, in the largest unit of which there are two or more. */
function age(at: string | null, now: Date): string {
  if (at === null) return 'unknown';
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 60_000));
  if (minutes >= 2 * 24 * 60) return `${Math.floor(minutes / (24 * 60))} days`;
  if (minutes >= 2 * 60) return `${Math.floor(minutes / 60)} hours`;
  return `${minutes} min`;
}
