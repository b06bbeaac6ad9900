import type { Tags } from '../estate.ts';
import type { QueryParameters } from '../query-parameters.ts';
import { ServiceError } from '../service-error.ts';

/** How to get at the values that a filter's name stands for. */
export type FilterFields<Item> = Readonly<Record<string, (item: Item) => readonly (string | null)[]>>;

export interface ItemFilters<Item> {
  /** Whether the request had any. */
  readonly given: boolean;
  matches(item: Item): boolean;
}

const MOST_VALUES = 200;
const LONGEST_VALUE = 255;

/**
 * Reads `Filter.N.Name` and `Filter.N.Value.M`. Filters are joined with AND, values of one with OR.
 *
 * @param tagsOf makes `tag:KEY` and `tag-key` work; null for what has no tags.
 * @throws ServiceError for an unknown name, and for too many or no values.
 */
export function readFilters<Item>(
  parameters: QueryParameters,
  fields: FilterFields<Item>,
  tagsOf: ((item: Item) => Tags) | null,
): ItemFilters<Item> {
  const filters: ((item: Item) => boolean)[] = [];
  let values = 0;
  for (let index = 1; ; index += 1) {
    const name = parameters.optional(`Filter.${index}.Name`);
    const patterns = parameters.list(`Filter.${index}.Value`);
    if (name === null && patterns.length === 0) break;
    if (name === null) {
      throw new ServiceError(
        400,
        'MissingParameter',
        `The request must contain the parameter Filter.${index}.Name`,
      );
    }
    const read = reader(name, fields, tagsOf);
    if (read === null)
      throw new ServiceError(400, 'InvalidParameterValue', `The filter '${name}' is invalid`);
    if (patterns.length === 0) {
      throw new ServiceError(400, 'InvalidParameterValue', `The filter '${name}' has no values`);
    }
    values += patterns.length;
    filters.push(valueFilter(read, patterns));
  }
  if (values > MOST_VALUES) {
    throw new ServiceError(
      400,
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${MOST_VALUES}`,
    );
  }
  return { given: filters.length > 0, matches: (item) => filters.every((matches) => matches(item)) };
}

function reader<Item>(
  name: string,
  fields: FilterFields<Item>,
  tagsOf: ((item: Item) => Tags) | null,
): ((item: Item) => readonly (string | null)[]) | null {
  if (tagsOf !== null && name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (item) => [new Map(Object.entries(tagsOf(item))).get(key) ?? null];
  }
  if (tagsOf !== null && name === 'tag-key') return (item) => Object.keys(tagsOf(item));
  return Object.hasOwn(fields, name) ? (fields[name] ?? null) : null;
}

function valueFilter<Item>(
  read: (item: Item) => readonly (string | null)[],
  patterns: readonly string[],
): (item: Item) => boolean {
  const exact = new Set<string>();
  const wild: string[] = [];
  for (const pattern of patterns) {
    if (pattern.length > LONGEST_VALUE) {
      throw new ServiceError(
        400,
        'FilterLimitExceeded',
        `The maximum length for a filter value is ${LONGEST_VALUE} characters`,
      );
    }
    if (/[*?\\]/u.test(pattern)) wild.push(pattern);
    else exact.add(pattern);
  }
  return (item) =>
    read(item).some(
      (value) =>
        value !== null && (exact.has(value) || wild.some((pattern) => matchesWildcard(pattern, value))),
    );
}

/** `*` is any run of characters, `?` any one, and a backslash takes the next character for what it is. */
export function matchesWildcard(pattern: string, value: string): boolean {
  const tokens = [...pattern.matchAll(/\\(.)|([\s\S])/gu)].map(([, escaped, plain]) =>
    escaped === undefined
      ? { text: plain ?? '', wild: plain === '*' || plain === '?' }
      : { text: escaped, wild: false },
  );
  let token = 0;
  let at = 0;
  let star = -1;
  let restart = 0;
  while (at < value.length) {
    const current = tokens[token];
    if (current?.wild === true && current.text === '*') {
      star = token;
      restart = at;
      token += 1;
    } else if (
      current !== undefined &&
      (current.text === value[at] || (current.wild && current.text === '?'))
    ) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      // Going back to the last star only is enough, and keeps hostile patterns from taking exponential time.
      restart += 1;
      at = restart;
      token = star + 1;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every(({ text, wild }) => wild && text === '*');
}
