import {
  AwsSecurityFinding$,
  AwsSecurityFindingFilters$,
  BatchUpdateFindingsRequest$,
} from '@aws-sdk/client-securityhub';

/**
 * The shape of a value in the service's model: which members a structure has and what they hold. Taken from the
 * model that the installed SDK carries, so that it is AWS's list of members and not ours.
 */
export type Shape =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'any' }
  | { readonly kind: 'list' | 'map'; readonly of: () => Shape }
  | {
      readonly kind: 'structure';
      readonly name: string;
      readonly required: readonly string[];
      readonly members: ReadonlyMap<string, () => Shape>;
    };

// How the SDK writes schemas down: a number for simple ones, with a bit for lists and maps of them, else a tuple
// [kind, namespace, name, traits, …] whose references are functions.
const SIMPLE: Readonly<Record<number, Shape>> = {
  0: { kind: 'string' },
  1: { kind: 'number' },
  2: { kind: 'boolean' },
  17: { kind: 'number' },
  19: { kind: 'number' },
};
const LIST = 64;
const MAP = 128;

const read = new WeakMap<object, Shape>();

function shapeOf(schema: unknown): Shape {
  if (typeof schema === 'function') return shapeOf(schema.call(null));
  if (typeof schema === 'number') return simple(schema);
  if (!Array.isArray(schema)) return { kind: 'any' };
  const known = read.get(schema);
  if (known !== undefined) return known;
  const shape = tuple(schema);
  read.set(schema, shape);
  return shape;
}

function simple(schema: number): Shape {
  if ((schema & MAP) !== 0) return { kind: 'map', of: () => simple(schema & ~MAP) };
  if ((schema & LIST) !== 0) return { kind: 'list', of: () => simple(schema & ~LIST) };
  return SIMPLE[schema] ?? { kind: 'any' };
}

function tuple(schema: readonly unknown[]): Shape {
  const [kind, , name, , fourth, fifth, required] = schema;
  if (kind === 0) return shapeOf(fourth);
  if (kind === 1) return { kind: 'list', of: () => shapeOf(fourth) };
  if (kind === 2) return { kind: 'map', of: () => shapeOf(fifth) };
  // A member with traits of its own stands as [schema, traits].
  if (schema.length === 2) return shapeOf(kind);
  if (kind === 3 && Array.isArray(fourth) && Array.isArray(fifth)) {
    const names: readonly string[] = fourth.map(String);
    const schemas: readonly unknown[] = fifth;
    return {
      kind: 'structure',
      name: String(name),
      // The required members come first.
      required: names.slice(0, typeof required === 'number' ? required : 0),
      members: new Map(names.map((member, index) => [member, () => shapeOf(schemas[index])])),
    };
  }
  throw new Error(`The SDK's model of ${String(name)} is written in a way that the sandbox cannot read.`);
}

export const findingShape = (): Shape => shapeOf(AwsSecurityFinding$);
export const filtersShape = (): Shape => shapeOf(AwsSecurityFindingFilters$);
export const updateShape = (): Shape => shapeOf(BatchUpdateFindingsRequest$);
