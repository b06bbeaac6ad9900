import type { SandboxClock } from '../clock.ts';
import { filtersShape } from './asff-shape.ts';
import { checkShape, isObject } from './check-shape.ts';
import { FILTER_FIELDS, valuesAt } from './filter-fields.ts';
import type { FindingRecord } from './finding-store.ts';
import { invalidInput } from './hub-errors.ts';

type Test = (record: FindingRecord) => boolean;
type Condition = Readonly<Record<string, unknown>>;

const MOST_ATTRIBUTES = 10;
const MOST_VALUES = 20;
const POSITIVE = ['EQUALS', 'PREFIX', 'CONTAINS'];
const NEGATIVE = ['NOT_EQUALS', 'PREFIX_NOT_EQUALS', 'NOT_CONTAINS'];

/**
 * Compiles GetFindings' `Filters`. Attributes are joined with AND.
 *
 * @throws ServiceError for an unknown attribute, too many, and combinations that the service refuses.
 */
export function compileFilters(filters: unknown, clock: SandboxClock): Test {
  if (filters === undefined || filters === null) return () => true;
  const complaint = checkShape(filters, filtersShape(), 'data.Filters');
  if (complaint !== null) throw invalidInput(`Invalid parameter 'Filters'. ${complaint}`);
  const attributes = Object.entries(isObject(filters) ? filters : {}).filter(([, value]) => value !== null);
  if (attributes.length > MOST_ATTRIBUTES) {
    throw invalidInput(
      `Invalid parameter 'Filters'. data.Filters should NOT have more than ${MOST_ATTRIBUTES} properties`,
    );
  }
  const tests = attributes.map(([name, value]) => {
    const conditions = Array.isArray(value) ? value.filter(isObject) : [];
    if (conditions.length > MOST_VALUES) {
      throw invalidInput(
        `Invalid parameter 'Filters'. data.Filters.${name} should NOT have more than ${MOST_VALUES} items`,
      );
    }
    return attribute(name, conditions, clock);
  });
  return (record) => tests.every((test) => test(record));
}

function attribute(name: string, conditions: readonly Condition[], clock: SandboxClock): Test {
  const field = FILTER_FIELDS.get(name);
  if (field === undefined) {
    throw invalidInput(`Invalid parameter 'Filters'. The sandbox cannot filter by ${name}`);
  }
  if (conditions.length === 0) return () => true;
  const values = (record: FindingRecord): unknown[] => valuesAt(record, field.path);
  switch (field.kind) {
    case 'string':
      return textTest(name, conditions, (record) =>
        values(record).filter((value) => typeof value === 'string'),
      );
    case 'map':
      return mapTest(name, conditions, values);
    case 'number':
      return any(
        conditions,
        (condition) => (record) => values(record).some((value) => withinNumbers(value, condition)),
      );
    case 'boolean':
      return any(
        conditions,
        ({ Value }) =>
          (record) =>
            (record[name] ?? false) === Value,
      );
    default:
      return any(conditions, (condition) => {
        const { from, to } = interval(name, condition, clock);
        return (record) =>
          values(record).some((value) => {
            const at = Date.parse(String(value));
            return at >= from && at <= to;
          });
      });
  }
}

function any(conditions: readonly Condition[], make: (condition: Condition) => Test): Test {
  const tests = conditions.map((condition) => make(condition));
  return (record) => tests.some((test) => test(record));
}

/** Positive comparisons are joined with OR, negative ones with AND, and both sides must hold. */
function textTest(
  name: string,
  conditions: readonly Condition[],
  values: (record: FindingRecord) => string[],
): Test {
  const used = new Set(conditions.map(({ Comparison }) => String(Comparison)));
  for (const { Comparison: comparison, Value: value } of conditions) {
    if (![...POSITIVE, ...NEGATIVE].includes(String(comparison)) || typeof value !== 'string') {
      throw invalidInput(
        `Invalid parameter 'Filters'. data.Filters.${name} has a filter without a Value or with an invalid Comparison`,
      );
    }
  }
  const exclusive =
    (used.has('EQUALS') && (used.has('NOT_EQUALS') || used.has('PREFIX_NOT_EQUALS'))) ||
    ((used.has('CONTAINS') || used.has('NOT_CONTAINS')) && used.size > 1);
  if (exclusive) {
    throw invalidInput(
      `Invalid parameter 'Filters'. data.Filters.${name} combines ${[...used].join(' and ')}`,
    );
  }
  const positive = conditions.filter(({ Comparison }) => POSITIVE.includes(String(Comparison)));
  const negative = conditions.filter(({ Comparison }) => NEGATIVE.includes(String(Comparison)));
  return (record) => {
    const present = values(record);
    const holds = (condition: Condition): boolean => present.some((value) => compares(value, condition));
    return (positive.length === 0 || positive.some(holds)) && !negative.some(holds);
  };
}

/** Whether the comparison holds, leaving out its negation. */
function compares(value: string, { Comparison, Value }: Condition): boolean {
  const wanted = String(Value);
  if (Comparison === 'EQUALS' || Comparison === 'NOT_EQUALS') return value === wanted;
  return String(Comparison).includes('PREFIX') ? value.startsWith(wanted) : value.includes(wanted);
}

function mapTest(
  name: string,
  conditions: readonly Condition[],
  maps: (record: FindingRecord) => unknown[],
): Test {
  const byKey = new Map<string, Condition[]>();
  for (const condition of conditions) {
    if (typeof condition['Key'] !== 'string')
      throw invalidInput(`Invalid parameter 'Filters'. data.Filters.${name} has a filter without a Key`);
    byKey.set(condition['Key'], [...(byKey.get(condition['Key']) ?? []), condition]);
  }
  const tests = [...byKey].map(([key, of]) =>
    textTest(name, of, (record) =>
      maps(record)
        .map((map) => (isObject(map) && Object.hasOwn(map, key) ? map[key] : null))
        .filter((value) => typeof value === 'string'),
    ),
  );
  const negative = conditions.every(({ Comparison }) => NEGATIVE.includes(String(Comparison)));
  return (record) => (negative ? tests.every((test) => test(record)) : tests.some((test) => test(record)));
}

function withinNumbers(value: unknown, { Gte, Lte, Eq, Gt, Lt }: Condition): boolean {
  if (typeof value !== 'number') return false;
  const holds = (bound: unknown, compare: (bound: number) => boolean): boolean =>
    typeof bound !== 'number' || compare(bound);
  return (
    holds(Gte, (bound) => value >= bound) &&
    holds(Lte, (bound) => value <= bound) &&
    holds(Gt, (bound) => value > bound) &&
    holds(Lt, (bound) => value < bound) &&
    holds(Eq, (bound) => value === bound)
  );
}

function interval(name: string, condition: Condition, clock: SandboxClock): { from: number; to: number } {
  const { Start: start, End: end, DateRange: range } = condition;
  if (isObject(range) && range['Unit'] === 'DAYS' && typeof range['Value'] === 'number') {
    return { from: clock.now() - range['Value'] * 86_400_000, to: clock.now() };
  }
  const from = typeof start === 'string' ? Date.parse(start) : Number.NEGATIVE_INFINITY;
  const to = typeof end === 'string' ? Date.parse(end) : Number.POSITIVE_INFINITY;
  const given = typeof start === 'string' || typeof end === 'string';
  if (!given || Number.isNaN(from) || Number.isNaN(to)) {
    throw invalidInput(
      `Invalid parameter 'Filters'. data.Filters.${name} needs Start, End or DateRange as timestamps`,
    );
  }
  return { from, to };
}
