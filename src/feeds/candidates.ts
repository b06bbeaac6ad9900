import type { FeedKind } from '../domain/feed.ts';
import type { FeedSource } from './source.ts';

/** A feed that may be at a source, and under which names. */
export interface Candidate {
  readonly kind: FeedKind;
  /** The name that it goes by, whatever its ending. */
  readonly name: string;
  /** The first that is there counts. */
  readonly files: readonly string[];
  /** Name of the file with its checksum; null for feeds that have none. */
  readonly meta: string | null;
}

const FIRST_YEAR = 2002;
const NVD = /^nvdcve-2\.0-(\d{4}|modified|recent)\.json(?:\.gz)?$/;
/** FIRST's archive has a day in the name, its newest file the word. */
const EPSS = /^epss_scores-(current|\d{4}-\d{2}-\d{2})\.csv(?:\.gz)?$/;
const KEV = 'known_exploited_vulnerabilities';

/** The feeds to look for at a source, the large ones first. */
export async function candidatesAt(source: FeedSource, now: Date): Promise<Candidate[]> {
  const names = await source.names();
  if (names === null) {
    const years = Array.from(
      { length: now.getUTCFullYear() - FIRST_YEAR + 1 },
      (_, index) => `${FIRST_YEAR + index}`,
    );
    return [...[...years, 'modified'].map(nvd), kev, epss('current')];
  }
  const parts = names.flatMap((name) => NVD.exec(name)?.[1] ?? []);
  // Days sort as text; before them stands what is current.
  const days = names.flatMap((name) => EPSS.exec(name)?.[1] ?? []).toSorted();
  const newest = days.includes('current') ? 'current' : days.at(-1);
  return [
    ...[...new Set(parts)].toSorted().map(nvd),
    ...(kev.files.some((file) => names.includes(file)) ? [kev] : []),
    ...(newest === undefined ? [] : [epss(newest)]),
  ];
}

/** Whether a feed only has what changed lately, so that it also tells what is no more. */
export function isOverlay({ name }: Pick<Candidate, 'name'>): boolean {
  return /-(?:modified|recent)$/.test(name);
}

function nvd(part: string): Candidate {
  const name = `nvdcve-2.0-${part}`;
  return { kind: 'nvd', name, files: [`${name}.json.gz`, `${name}.json`], meta: `${name}.meta` };
}

const kev: Candidate = { kind: 'kev', name: KEV, files: [`${KEV}.json`, `${KEV}.json.gz`], meta: null };

function epss(day: string): Candidate {
  const file = `epss_scores-${day}`;
  return { kind: 'epss', name: 'epss_scores', files: [`${file}.csv.gz`, `${file}.csv`], meta: null };
}
