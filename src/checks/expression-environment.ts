import { Environment } from '@marcbachmann/cel-js';
import { factTypeOf, type FactType } from './fact-type.ts';
import { matchesRe2 } from './linear-match.ts';

/** What compiling needs to know of a probe. */
export interface ProbeFacts {
  readonly id: string;
  /** The zod schema of its facts. */
  readonly facts: unknown;
}

const TIMESTAMP = 'google.protobuf.Timestamp';

const targetType: FactType = {
  kind: 'object',
  nullable: false,
  fields: {
    transport: { kind: 'string', nullable: false },
    port: { kind: 'int', nullable: false },
    address: { kind: 'string', nullable: false },
  },
};

/**
 * One probe's conditions, twice over. CEL has no type for "a string or null": a nullable fact is either untyped,
 * and then nothing about it is checked, or typed, and then null is an error. So conditions are checked against
 * `typed`, in which nullable facts have their type and may also be compared with null, and run in `untyped`, in
 * which they may really be null.
 */
export interface ExpressionEnvironment {
  readonly factType: FactType;
  readonly typed: Environment;
  readonly untyped: Environment;
}

const known = new WeakMap<ProbeFacts, Map<string, ExpressionEnvironment>>();

/**
 * The environment of a probe's conditions; made once for each probe, and for each list of objects among its facts
 * whose items conditions look at one by one, as `item`.
 */
export function expressionEnvironment(probe: ProbeFacts, list: string | null = null): ExpressionEnvironment {
  const made = known.get(probe) ?? new Map<string, ExpressionEnvironment>();
  known.set(probe, made);
  const before = made.get(list ?? '');
  if (before !== undefined) return before;
  const factType = factTypeOf(probe.facts);
  const typed = typedEnvironment(factType);
  const untyped = untypedEnvironment();
  if (list !== null) {
    typed.registerVariable('item', `Facts.${list}.item`);
    untyped.registerVariable('item', 'dyn');
  }
  const environment = { factType, typed, untyped };
  made.set(list ?? '', environment);
  return environment;
}

function untypedEnvironment(): Environment {
  return withFunctions(new Environment())
    .registerVariable('facts', 'dyn')
    .registerVariable('target', 'dyn')
    .registerVariable('observedAt', TIMESTAMP);
}

function typedEnvironment(factType: FactType): Environment {
  const environment = withFunctions(new Environment());
  const comparableWithNull = new Set<string>();
  const register = (type: FactType, name: string): string => {
    const celType = typeName(type, name);
    if (type.nullable && !comparableWithNull.has(celType)) {
      comparableWithNull.add(celType);
      environment.registerOperator(`${celType} == null`, (value: unknown) => value === null);
    }
    return celType;
  };
  const typeName = (type: FactType, name: string): string => {
    if (type.kind === 'list') return `list<${register(type.item, `${name}.item`)}>`;
    if (type.kind !== 'object') return type.kind;
    const fields = Object.entries(type.fields).map(
      ([field, fieldType]) => [field, () => register(fieldType, `${name}.${field}`)] as const,
    );
    environment.registerType(name, {
      fields: Object.fromEntries(fields.map(([field, celType]) => [field, celType()])),
    });
    return name;
  };
  return environment
    .registerVariable('facts', register(factType, 'Facts'))
    .registerVariable('target', register(targetType, 'Target'))
    .registerVariable('observedAt', TIMESTAMP);
}

function withFunctions(environment: Environment): Environment {
  return environment.registerFunction('string.matchesRe2(string): bool', matchesRe2);
}
