import { RE2JS } from 're2js';
import type { Fingerprint, FingerprintSet } from './fingerprint.ts';

/** What a pattern found: its named groups, those that took part. */
export type Groups = Readonly<Record<string, string>>;

/** Finds a pattern in a text, in time linear in both. */
type Finder = (text: string) => Groups | null;

/** Fingerprints by the fact in which they look, ready to run. */
export interface Catalogue {
  readonly set: FingerprintSet;
  /** All fingerprints of ours that match. */
  match(fact: string, text: string): readonly { fingerprint: Fingerprint; groups: Groups }[];
  /** The first of the fallback that does. */
  matchFallback(fact: string, text: string): { fingerprint: Fingerprint; groups: Groups } | null;
  /** The marks of distributions and platforms in a text. */
  marks(text: string): FingerprintSet['marks'];
}

/**
 * Makes a catalogue. Patterns are compiled when they are first needed: a converted fallback has thousands.
 *
 * A pattern that cannot be compiled throws then; the settings compile each once, and refuse such a file.
 */
export function createCatalogue(set: FingerprintSet): Catalogue {
  const own = byFact(set.fingerprints);
  const fallback = byFact(set.fallback);
  const marks = set.marks.map((mark) => ({ mark, find: lazily(mark.pattern) }));
  return {
    set,
    match: (fact, text) =>
      (own.get(fact) ?? []).flatMap(({ fingerprint, find }) => {
        const groups = find(text);
        return groups === null ? [] : [{ fingerprint, groups }];
      }),
    matchFallback(fact, text) {
      for (const { fingerprint, find } of fallback.get(fact) ?? []) {
        const groups = find(text);
        if (groups !== null) return { fingerprint, groups };
      }
      return null;
    },
    marks: (text) => marks.filter(({ find }) => find(text) !== null).map(({ mark }) => mark),
  };
}

/** Compiles a pattern in RE2's syntax, which has neither back-references nor look-around. */
export function compileFinder(pattern: string): Finder {
  const compiled = RE2JS.compile(pattern);
  const names = Object.keys(compiled.namedGroups());
  return (text) => {
    const matcher = compiled.matcher(text);
    if (!matcher.find()) return null;
    return Object.fromEntries(
      names.flatMap((name) => {
        const group = matcher.group(name);
        return group === null || group === '' ? [] : [[name, group] as const];
      }),
    );
  };
}

function lazily(pattern: string): Finder {
  let compiled: Finder | undefined;
  return (text) => (compiled ??= compileFinder(pattern))(text);
}

function byFact(
  fingerprints: readonly Fingerprint[],
): Map<string, { readonly fingerprint: Fingerprint; readonly find: Finder }[]> {
  const facts = new Map<string, { fingerprint: Fingerprint; find: Finder }[]>();
  for (const fingerprint of fingerprints) {
    const entry = { fingerprint, find: lazily(fingerprint.pattern) };
    for (const fact of fingerprint.facts) facts.set(fact, [...(facts.get(fact) ?? []), entry]);
  }
  return facts;
}
