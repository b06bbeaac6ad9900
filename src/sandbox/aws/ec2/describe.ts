import type { SandboxRegion, Tags } from '../estate.ts';
import type { QueryParameters } from '../query-parameters.ts';
import type { RequestContext } from '../request-context.ts';
import { ServiceError } from '../service-error.ts';
import type { XmlNode, XmlValue } from '../xml.ts';
import { readFilters, type FilterFields } from './filters.ts';

/** One way to name items in a request: `InstanceId.1`, `InstanceId.2`… */
export interface IdParameter<Item> {
  readonly name: string;
  /** Every given value must begin so; empty where there is no such form. */
  readonly prefix: string;
  readonly malformed: string;
  readonly notFound: string;
  readonly message: (id: string) => string;
  readonly of: (item: Item) => string;
}

/** What one Describe action lists. */
export interface Listing<Item> {
  /** Name of the list in the answer. */
  readonly set: string;
  readonly items: (region: SandboxRegion, context: RequestContext) => Iterable<Item>;
  /** Stable and unique; items are listed in its order. */
  readonly key: (item: Item) => string;
  readonly ids: readonly IdParameter<Item>[];
  readonly filters: FilterFields<Item>;
  readonly tagsOf: ((item: Item) => Tags) | null;
  /** Null for actions that do not page. `idsExclude`: ids and MaxResults cannot be given together. */
  readonly paging: { readonly min: number; readonly max: number; readonly idsExclude: boolean } | null;
  readonly render: (item: Item, region: SandboxRegion) => XmlValue;
}

/** A request that has been read, before anything is looked up: what quotas are decided on. */
export interface ReadRequest {
  /** Neither filtered, nor paged, nor by id: AWS gives these a smaller quota. */
  readonly unbounded: boolean;
  answer(): XmlNode;
}

/** Reads and answers a Describe action in EC2's ways: ids, filters, pages, and their errors. */
export function readListing<Item>(
  action: string,
  listing: Listing<Item>,
  parameters: QueryParameters,
  context: RequestContext,
): ReadRequest {
  const filters = readFilters(parameters, listing.filters, listing.tagsOf);
  const wanted = listing.ids.map((id) => ({ id, values: parameters.list(id.name) }));
  const byId = wanted.some(({ values }) => values.length > 0);
  const maxResults = listing.paging === null ? null : parameters.integer('MaxResults', listing.paging);
  const token = listing.paging === null ? null : parameters.optional('NextToken');
  const after = token === null || token === '' ? null : context.pageTokens.open(action, token);
  if (token !== null && token !== '' && after === null) {
    throw new ServiceError(400, 'InvalidNextToken', `The token '${token}' is invalid.`);
  }
  if (byId && maxResults !== null && listing.paging?.idsExclude === true) {
    throw new ServiceError(
      400,
      'InvalidParameterCombination',
      `The parameter ${wanted.find(({ values }) => values.length > 0)?.id.name ?? ''} cannot be used with the parameter maxResults`,
    );
  }
  for (const { id, values } of wanted) {
    const bad = values.find((value) => !value.startsWith(id.prefix));
    if (bad !== undefined) throw new ServiceError(400, id.malformed, `Invalid id: "${bad}"`);
  }
  return {
    unbounded: !filters.given && !byId && maxResults === null && listing.paging !== null,
    answer: () => {
      const all = [...listing.items(context.region, context)];
      for (const { id, values } of wanted) requireAll(all, id, values);
      const named = (item: Item): boolean =>
        wanted.every(({ id, values }) => values.length === 0 || values.includes(id.of(item)));
      const found = all
        .filter((item) => named(item) && filters.matches(item))
        .map((item) => ({ item, key: listing.key(item) }))
        .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
        .filter(({ key }) => after === null || key > after);
      const page = found.slice(0, maxResults ?? listing.paging?.max ?? found.length);
      // Without MaxResults and a token everything comes at once.
      const shown = maxResults === null && after === null ? found : page;
      const last = shown.at(-1);
      return {
        [listing.set]: shown.map(({ item }) => listing.render(item, context.region)),
        nextToken:
          last !== undefined && shown.length < found.length
            ? context.pageTokens.seal(action, last.key)
            : null,
      };
    },
  };
}

function requireAll<Item>(items: readonly Item[], id: IdParameter<Item>, values: readonly string[]): void {
  if (values.length === 0) return;
  const known = new Set(items.map((item) => id.of(item)));
  const missing = values.find((value) => !known.has(value));
  if (missing !== undefined) throw new ServiceError(400, id.notFound, id.message(missing));
}

/** EC2's usual id parameter: codes `Invalid<kind>ID.Malformed` and `.NotFound`. */
export function resourceId<Item>(
  name: string,
  prefix: string,
  kind: { code: string; noun: string },
  of: (item: Item) => string,
): IdParameter<Item> {
  return {
    name,
    prefix: `${prefix}-`,
    malformed: `${kind.code}.Malformed`,
    notFound: `${kind.code}.NotFound`,
    message: (id) => `The ${kind.noun} ID '${id}' does not exist`,
    of,
  };
}

export function tagSet(tags: Tags): XmlValue {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
