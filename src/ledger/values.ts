/**
 * PostgreSQL's text and jsonb hold neither U+0000 nor half a surrogate pair, but what a hostile peer sends does, and
 * one such string must not cost a whole batch. Both become U+FFFD, the replacement character.
 */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value);
  return json.includes('\\u')
    ? json.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
        escape.length === 6 ? '\\ufffd' : escape,
      )
    : json;
}

/** As {@link toJson}, for a value that is a parameter of its own. Half surrogates are replaced by the encoder. */
export function toText(value: string): string {
  return value.replaceAll('\u0000', '\ufffd');
}

/** A statement that upserts must not meet the same key twice; of equal keys the last entry stays. */
export function lastByKey<Entry>(entries: readonly Entry[], key: (entry: Entry) => string): Entry[] {
  return [...new Map(entries.map((entry) => [key(entry), entry])).values()];
}

const TIMESTAMPTZ = 1184;
const INT8 = 20;

/**
 * How result columns are read, on every server alike: `timestamptz` as ISO 8601 in UTC with milliseconds, `bigint`
 * (counts) as a number.
 */
export const columnParsers: Readonly<Record<number, (text: string) => string | number>> = {
  // From `2026-03-01 12:00:00.12+02`, which ECMAScript need not understand, to the form that it must.
  [TIMESTAMPTZ]: (text) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString(),
  [INT8]: Number,
};
