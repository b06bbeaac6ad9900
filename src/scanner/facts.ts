import type { Facts, FactValue } from '../domain/observation.ts';
import { PermanentError } from '../domain/errors.ts';

const maxDepth = 8;
const maxCharacters = 512 * 1024;

/**
 * What a probe returned as plain JSON data that any database takes: no NUL, no broken surrogates, no fields without
 * a value. Throws a `PermanentError` for anything that is not data, or is too much of it.
 */
export function toFacts(value: Readonly<Record<string, unknown>>): Facts {
  let characters = 0;
  const convert = (part: unknown, depth: number): FactValue => {
    if (depth > maxDepth) throw defect('facts are nested too deep', `more than ${maxDepth} levels`);
    characters += typeof part === 'string' ? part.length : 8;
    if (characters > maxCharacters)
      throw defect('facts are too large', `more than ${maxCharacters} characters`);
    if (typeof part === 'string') return storable(part);
    if (part === null || typeof part === 'boolean') return part;
    if (typeof part === 'number' && Number.isFinite(part)) return part;
    if (Array.isArray(part)) return part.map((item) => convert(item, depth + 1));
    if (isPlain(part)) {
      return Object.fromEntries(
        Object.entries(part)
          .filter(([, field]) => field !== undefined)
          .map(([name, field]) => [storable(name), convert(field, depth + 1)]),
      );
    }
    throw defect('facts hold something that is not data', typeof part);
  };
  return convert(value, 0) as Facts;
}

function isPlain(part: unknown): part is Record<string, unknown> {
  if (typeof part !== 'object' || part === null) return false;
  const prototype: unknown = Object.getPrototypeOf(part);
  return prototype === Object.prototype || prototype === null;
}

/** PostgreSQL's jsonb refuses NUL and lone surrogates, and a peer must not be able to make a row unwritable. */
function storable(text: string): string {
  return text
    .replaceAll('\0', '\uFFFD')
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD');
}

function defect(what: string, got: string): PermanentError {
  return new PermanentError('facts-invalid', { what: `The probe's ${what}`, got });
}
