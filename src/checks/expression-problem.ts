import type { ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import type { ErrorParts } from '../domain/errors.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { allFieldNames, factTypeAt, fieldNames, type FactType } from './fact-type.ts';

/** One thing wrong with a check; `path` leads to the value in its file, `offset` into that value's text. */
export interface CheckProblem extends Omit<ErrorParts, 'where'> {
  readonly path: readonly (string | number)[];
  readonly offset?: number;
}

/** What is wrong with a condition that the compiler refused, in the words of whoever writes checks. */
export function expressionProblem(
  expression: string,
  error: ParseError | CelTypeError,
  factType: FactType,
  probeId: string,
): CheckProblem {
  const offset = error.range?.start ?? 0;
  const name = expression.slice(offset, error.range?.end).trim();
  const place = { path: ['when'], offset };
  if (error.code === 'no_such_key') {
    return {
      ...place,
      what: `The condition uses a fact that the ${probeId} probe does not have`,
      got: JSON.stringify(name),
      expected: namesBefore(expression.slice(0, offset), factType, name),
    };
  }
  if (error.code === 'unknown_variable') {
    return {
      ...place,
      what: 'The condition uses an unknown name',
      got: JSON.stringify(name),
      expected: 'facts, target or observedAt',
    };
  }
  return {
    ...place,
    what: 'The condition cannot be compiled',
    got: `${JSON.stringify(name || expression.trim())} (${error.summary})`,
    expected: `a CEL expression over the facts of the ${probeId} probe`,
  };
}

/** "one of a, b, c (did you mean b?)". */
export function oneOf(names: readonly string[], misspelt: string): string {
  return `one of ${names.join(', ')}${hint(names, misspelt)}`;
}

/** The names that could have stood after a text that ends in a dot. */
function namesBefore(text: string, factType: FactType, misspelt: string): string {
  if (/\btarget\.$/.test(text)) return oneOf(['transport', 'port', 'address'], misspelt);
  const path = /(?:^|[^\w.])facts((?:\.\w+)*)\.$/.exec(text)?.[1];
  // What a macro's variable stands for is not looked up; its names are still among all of them.
  if (path === undefined) return `the name of a fact${hint(allFieldNames(factType), misspelt)}`;
  const type = path === '' ? factType : factTypeAt(factType, path.slice(1));
  return oneOf(type === undefined ? [] : fieldNames(type), misspelt);
}

function hint(names: readonly string[], misspelt: string): string {
  const meant = nearestName(misspelt, names);
  return meant === null ? '' : ` (did you mean ${meant}?)`;
}
