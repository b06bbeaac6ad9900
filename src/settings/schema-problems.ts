import { z } from 'zod';
import type { PermanentError } from '../domain/errors.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { configProblem, found } from './config-problem.ts';
import type { Path, YamlFile } from './yaml-file.ts';

export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly PermanentError[] };

/**
 * Holds a file against its schema. Each difference becomes one sentence with place, path, what was found and what
 * was expected. Custom messages in the schemas are the "expected" part of that sentence.
 */
export function checkAgainst<Schema extends z.ZodType>(
  yaml: YamlFile,
  schema: Schema,
): Checked<z.output<Schema>> {
  const result = schema.safeParse(yaml.value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problems: result.error.issues.flatMap((issue) => describe(yaml, schema, issue)) };
}

function describe(yaml: YamlFile, schema: z.ZodType, issue: z.core.$ZodIssue): PermanentError[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const name = pathName(path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) =>
      configProblem(yaml.placeOfKey(path, key), {
        what: `${pathName([...path, key])} is not a known key`,
        expected: oneOf(known, key),
      }),
    );
  }
  const value = valueAt(yaml.value, path);
  const expected = expectation(issue);
  if (value === undefined) {
    return [configProblem(yaml.place(path), { what: `${name} is missing`, expected })];
  }
  return [configProblem(yaml.place(path), { what: `${name} cannot be used`, got: found(value), expected })];
}

/** "one of a, b, c (did you mean b?)". */
export function oneOf(known: readonly string[], misspelt: string): string {
  const meant = nearestName(misspelt, known);
  const list = known.length === 0 ? 'nothing here' : `one of ${known.join(', ')}`;
  return meant === null ? list : `${list} (did you mean ${meant}?)`;
}

/** `schedules[0].cron`; the file itself has no name of its own. */
export function pathName(path: Path): string {
  if (path.length === 0) return 'The file';
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1
        ? String(issue.values[0])
        : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `at least ${issue.minimum}${unit(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `at most ${issue.maximum}${unit(issue.origin, issue.maximum)}`;
    default:
      return issue.message;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text (in quotes where YAML would read a number or true)',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function unit(origin: string, count: number | bigint): string {
  const one = Number(count) === 1;
  if (origin === 'string') return one ? ' character' : ' characters';
  if (origin === 'array') return one ? ' entry' : ' entries';
  return '';
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}

function knownKeys(schema: unknown, path: Path): string[] {
  let current = unwrap(schema);
  for (const step of path) {
    if (current instanceof z.ZodObject) current = unwrap(current.shape[String(step)]);
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap());
  }
  return schema;
}
