import { z } from 'zod';
import { PermanentError } from '../domain/errors.ts';
import type { FactValue } from '../domain/observation.ts';

/** The type of a fact, as far as conditions can tell types apart. */
export type FactType = (
  | { readonly kind: 'string' | 'bool' | 'int' | 'double' }
  | { readonly kind: 'list'; readonly item: FactType }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, FactType>> }
) & { readonly nullable: boolean };

/** What a condition works on: JSON with bigint for integers, since CEL keeps integers and doubles apart. */
export type CelValue = string | number | bigint | boolean | null | CelValue[] | { [key: string]: CelValue };

/**
 * Reads the type of a probe's facts from its schema.
 *
 * @throws PermanentError `facts-untyped` for a schema that has no type in conditions: a union, an optional field…
 */
export function factTypeOf(schema: unknown, path = 'facts'): FactType {
  if (schema instanceof z.ZodNullable) {
    return { ...factTypeOf(schema.unwrap(), path), nullable: true };
  }
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).map(
      ([name, field]) => [name, factTypeOf(field, `${path}.${name}`)] as const,
    );
    return { kind: 'object', fields: Object.fromEntries(fields), nullable: false };
  }
  if (schema instanceof z.ZodArray) {
    return { kind: 'list', item: factTypeOf(schema.element, `${path}[]`), nullable: false };
  }
  const kind = scalarKindOf(schema);
  if (kind === null) {
    throw new PermanentError('facts-untyped', {
      what: `The schema of ${path} has no type that a condition could be checked against`,
      got: schema instanceof z.ZodType ? `a schema of type ${schema.type}` : typeof schema,
      expected: 'an object, array, string, enumeration, literal, number or boolean, each possibly nullable',
    });
  }
  return { kind, nullable: false };
}

function scalarKindOf(schema: unknown): 'string' | 'bool' | 'int' | 'double' | null {
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return 'string';
  if (schema instanceof z.ZodBoolean) return 'bool';
  if (schema instanceof z.ZodNumber) return schema.isInt ? 'int' : 'double';
  if (schema instanceof z.ZodEnum) return sharedKind(schema.options);
  if (schema instanceof z.ZodLiteral) return sharedKind([...schema.values]);
  return null;
}

function sharedKind(values: readonly unknown[]): 'string' | 'bool' | null {
  if (values.every((value) => typeof value === 'string')) return 'string';
  if (values.every((value) => typeof value === 'boolean')) return 'bool';
  return null;
}

/** Turns facts into what a condition works on. Unknown and missing fields are left as they are. */
export function toCelValue(type: FactType, value: FactValue): CelValue {
  if (type.kind === 'int' && typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (type.kind === 'list' && Array.isArray(value)) {
    return value.map((item) => toCelValue(type.item, item));
  }
  if (type.kind === 'object' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const fields = Object.entries(value).flatMap(([name, field]) => {
      const fieldType = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
      return fieldType === undefined ? [] : [[name, toCelValue(fieldType, field)] as const];
    });
    return Object.fromEntries(fields);
  }
  return Array.isArray(value) || (typeof value === 'object' && value !== null) ? null : value;
}

/** The type at a dotted path such as `certificate.notAfter`, or undefined; never through a list. */
export function factTypeAt(type: FactType, path: string): FactType | undefined {
  let current: FactType | undefined = type;
  for (const name of path.split('.')) {
    if (current?.kind !== 'object' || !Object.hasOwn(current.fields, name)) return undefined;
    current = current.fields[name];
  }
  return current;
}

/** The fields of a type's values; none unless they are objects. */
export function fieldNames(type: FactType): string[] {
  return type.kind === 'object' ? Object.keys(type.fields) : [];
}

/** The names of all fields at any depth. */
export function allFieldNames(type: FactType): string[] {
  if (type.kind === 'list') return allFieldNames(type.item);
  if (type.kind !== 'object') return [];
  return Object.entries(type.fields).flatMap(([name, field]) => [name, ...allFieldNames(field)]);
}
