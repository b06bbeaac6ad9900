import { LIMITS, type Limit } from './asff-limits.ts';
import type { Shape } from './asff-shape.ts';

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/u;

/**
 * Holds a value against its shape and the limits of its members.
 *
 * @param path what the value is called in the complaint, such as `data.Resources[0]`.
 * @returns the first thing that is wrong, in the service's way of saying it, or null.
 */
export function checkShape(value: unknown, shape: Shape, path: string, limit: Limit = {}): string | null {
  switch (shape.kind) {
    case 'string':
      return typeof value === 'string' ? checkText(value, path, limit) : `${path} should be string`;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
        ? checkNumber(value, path, limit)
        : `${path} should be number`;
    case 'boolean':
      return typeof value === 'boolean' ? null : `${path} should be boolean`;
    case 'list':
      return Array.isArray(value) ? checkList(value, shape.of(), path, limit) : `${path} should be array`;
    case 'map':
      return isObject(value) ? checkMap(value, shape.of(), path, limit) : `${path} should be object`;
    case 'structure':
      return isObject(value) ? checkStructure(value, shape, path) : `${path} should be object`;
    default:
      return null;
  }
}

function checkText(value: string, path: string, limit: Limit): string | null {
  if (value.length === 0) return `${path} should NOT be shorter than 1 characters`;
  if (!/\S/u.test(value)) return `${path} should match pattern ".*\\S.*"`;
  if (limit.maxLength !== undefined && Array.from(value).length > limit.maxLength) {
    return `${path} should NOT be longer than ${limit.maxLength} characters`;
  }
  if (limit.pattern !== undefined && !limit.pattern.test(value)) {
    return `${path} should match pattern "${limit.pattern.source.replaceAll('\\/', '/')}"`;
  }
  if (limit.oneOf !== undefined && !limit.oneOf.includes(value)) {
    return `${path} should be equal to one of the allowed values`;
  }
  return limit.timestamp === true && !isTimestamp(value) ? `${path} should match format "date-time"` : null;
}

function isTimestamp(value: string): boolean {
  if (!TIMESTAMP.test(value)) return false;
  const time = Date.parse(value);
  // A day or hour that does not exist is either no time at all or is carried over into another.
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === value.slice(0, 19);
}

function checkNumber(value: number, path: string, limit: Limit): string | null {
  if (limit.integer === true && !Number.isInteger(value)) return `${path} should be integer`;
  if (limit.minimum !== undefined && value < limit.minimum) return `${path} should be >= ${limit.minimum}`;
  if (limit.maximum !== undefined && value > limit.maximum) return `${path} should be <= ${limit.maximum}`;
  return null;
}

function checkList(value: readonly unknown[], of: Shape, path: string, limit: Limit): string | null {
  if (limit.minItems !== undefined && value.length < limit.minItems) {
    return `${path} should NOT have fewer than ${limit.minItems} items`;
  }
  if (limit.maxItems !== undefined && value.length > limit.maxItems) {
    return `${path} should NOT have more than ${limit.maxItems} items`;
  }
  return first(value, (item, index) => checkShape(item, of, `${path}[${index}]`, limit.each));
}

function checkMap(value: Record<string, unknown>, of: Shape, path: string, limit: Limit): string | null {
  const entries = Object.entries(value);
  if (limit.minProperties !== undefined && entries.length < limit.minProperties) {
    return `${path} should NOT have fewer than ${limit.minProperties} properties`;
  }
  if (limit.maxProperties !== undefined && entries.length > limit.maxProperties) {
    return `${path} should NOT have more than ${limit.maxProperties} properties`;
  }
  return first(entries, ([key, item]) => {
    const tooLong = limit.maxKeyLength !== undefined && Array.from(key).length > limit.maxKeyLength;
    if (tooLong || !/\S/u.test(key) || limit.forbiddenKeys?.test(key) === true) {
      return `${path} property name '${key.slice(0, 200)}' is invalid`;
    }
    return checkShape(item, of, member(path, key), limit.each);
  });
}

function checkStructure(
  value: Record<string, unknown>,
  shape: Extract<Shape, { kind: 'structure' }>,
  path: string,
): string | null {
  const unknown = Object.keys(value).find((name) => !shape.members.has(name));
  // AWS drops members that it does not know. Here that would hide a misspelling.
  if (unknown !== undefined)
    return `${path} should NOT have additional properties, but has '${unknown.slice(0, 200)}'`;
  const missing = shape.required.find((name) => value[name] === undefined || value[name] === null);
  if (missing !== undefined) return `${path} should have required property '${missing}'`;
  return first(Object.entries(value), ([name, item]) => {
    const of = shape.members.get(name);
    // To AWS's JSON protocols an explicit null is the same as an absent member.
    if (of === undefined || item === null) return null;
    return checkShape(item, of(), member(path, name), LIMITS[shape.name]?.[name]);
  });
}

function member(path: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/u.test(name) ? `${path}.${name}` : `${path}['${name.slice(0, 200)}']`;
}

function first<Item>(
  items: readonly Item[],
  check: (item: Item, index: number) => string | null,
): string | null {
  for (const [index, item] of items.entries()) {
    const complaint = check(item, index);
    if (complaint !== null) return complaint;
  }
  return null;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
