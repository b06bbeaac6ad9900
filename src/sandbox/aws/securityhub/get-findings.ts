import type { RequestContext } from '../request-context.ts';
import { isObject } from './check-shape.ts';
import { FILTER_FIELDS, valuesAt } from './filter-fields.ts';
import { compileFilters } from './finding-filters.ts';
import type { FindingRecord, FindingStore } from './finding-store.ts';
import { hubNotEnabled, invalidInput } from './hub-errors.ts';

const MEMBERS = ['Filters', 'SortCriteria', 'NextToken', 'MaxResults'];
const LARGEST_PAGE = 100;

/** GetFindings: pages in order of arrival, or as `SortCriteria` says. */
export function getFindings(
  body: Readonly<Record<string, unknown>>,
  store: FindingStore,
  context: RequestContext,
): object {
  if (!context.region.hub.enabled) throw hubNotEnabled(context);
  const unknown = Object.keys(body).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined)
    throw invalidInput(`Invalid parameter '${unknown}'. data should NOT have additional properties`);
  const size = pageSize(body['MaxResults']);
  const matches = compileFilters(body['Filters'], context.clock);
  const order = sortOrder(body['SortCriteria']);
  const scope = `GetFindings/${context.account.accountId}/${context.region.name}/${JSON.stringify([body['Filters'], body['SortCriteria']])}`;
  const start = startOf(body['NextToken'], scope, context);

  const found = store.visible(context.faults.findingsLagMs);
  const page: FindingRecord[] = [];
  let next: number | null = null;
  if (order === null) {
    let last = 0;
    for (const { sequence, record } of found) {
      if (sequence <= start || !matches(record)) continue;
      if (page.length === size) {
        next = last;
        break;
      }
      page.push(record);
      last = sequence;
    }
  } else {
    const sorted = [...found]
      .filter(({ record }) => matches(record))
      .toSorted((left, right) => order(left.record, right.record));
    page.push(...sorted.slice(start, start + size).map(({ record }) => record));
    next = start + size < sorted.length ? start + size : null;
  }
  return {
    Findings: page,
    ...(next === null ? {} : { NextToken: context.pageTokens.seal(scope, String(next)) }),
  };
}

function pageSize(value: unknown): number {
  if (value === undefined || value === null) return LARGEST_PAGE;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw invalidInput(`Invalid parameter 'MaxResults'. data.MaxResults should be integer`);
  }
  if (value < 1) throw invalidInput(`Invalid parameter 'MaxResults'. data.MaxResults should be >= 1`);
  if (value > LARGEST_PAGE)
    throw invalidInput(`Invalid parameter 'MaxResults'. data.MaxResults should be <= ${LARGEST_PAGE}`);
  return value;
}

/** Where the page starts: the last sequence seen, or a number of findings to pass over when sorted. */
function startOf(token: unknown, scope: string, { pageTokens }: RequestContext): number {
  if (token === undefined || token === null || token === '') return 0;
  const position = typeof token === 'string' ? pageTokens.open(scope, token) : null;
  if (position === null)
    throw invalidInput(`Invalid parameter 'NextToken'. The token is not valid for this request`);
  return Number(position);
}

type Order = (left: FindingRecord, right: FindingRecord) => number;

function sortOrder(criteria: unknown): Order | null {
  if (criteria === undefined || criteria === null) return null;
  if (!Array.isArray(criteria))
    throw invalidInput(`Invalid parameter 'SortCriteria'. data.SortCriteria should be array`);
  const orders = criteria.map((criterion): Order => {
    const { Field: name, SortOrder: direction } = isObject(criterion) ? criterion : {};
    const field = FILTER_FIELDS.get(String(name));
    if (field === undefined || (direction !== 'asc' && direction !== 'desc')) {
      throw invalidInput(
        `Invalid parameter 'SortCriteria'. The sandbox cannot sort by ${String(name)} ${String(direction)}`,
      );
    }
    const sign = direction === 'asc' ? 1 : -1;
    return (left, right) => sign * compare(valuesAt(left, field.path)[0], valuesAt(right, field.path)[0]);
  });
  if (orders.length === 0) return null;
  return (left, right) => orders.map((order) => order(left, right)).find((result) => result !== 0) ?? 0;
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [first, second] = [left, right].map((value) => (typeof value === 'string' ? value : ''));
  if (first === undefined || second === undefined) return 0;
  return first < second ? -1 : first > second ? 1 : 0;
}
