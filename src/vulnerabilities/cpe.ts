import { CPE_PREFIX, cpeFields } from '../domain/cpe-name.ts';

// Comparison of names of the Common Platform Enumeration 2.3 (NISTIR 7696), as far as it is needed to hold a piece of
// software, of which everything is known that there is to know, against a criterion.

/** One attribute: anything, "not applicable", or text in which wildcards may stand at the ends. */
type Attribute =
  | { readonly kind: 'any' }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'text';
      /** Unquoted, in lower case, without the wildcards. */
      readonly text: string;
      readonly before: Wild;
      readonly after: Wild;
    };

/** How many characters may stand in the place of the wildcards: `*` any number, each `?` one or none. */
type Wild = number;

const names = [
  'part',
  'vendor',
  'product',
  'version',
  'update',
  'edition',
  'language',
  'softwareEdition',
  'targetSoftware',
  'targetHardware',
  'other',
] as const;

export type Cpe = Readonly<Record<(typeof names)[number], Attribute>>;

const LONGEST = 1024;
const ANY: Attribute = { kind: 'any' };
const NONE: Attribute = { kind: 'none' };

/**
 * Reads a formatted string, with or without `cpe:2.3:` in front; attributes that are missing at its end are "any".
 *
 * @returns null for what is no CPE name.
 */
export function parseCpe(name: string): Cpe | null {
  if (name.length > LONGEST) return null;
  const fields = cpeFields(name.startsWith(CPE_PREFIX) ? name.slice(CPE_PREFIX.length) : name);
  if (fields.length < 3 || fields.length > names.length) return null;
  const attributes = names.map((_, index) => attributeOf(fields[index] ?? '*'));
  const [part, vendor, product] = attributes;
  if (part?.kind !== 'text' || !/^[aoh]$/.test(part.text)) return null;
  if (vendor?.kind === 'none' || product?.kind === 'none') return null;
  return Object.fromEntries(names.map((field, index) => [field, attributes[index] ?? ANY])) as Cpe;
}

/** Whether a value is one of those that the attribute stands for; null is a value that is known to be absent. */
export function attributeMatches(attribute: Attribute, value: string | null): boolean {
  if (attribute.kind === 'any') return true;
  if (attribute.kind === 'none') return value === null;
  if (value === null) return false;
  const { text, before, after } = attribute;
  const subject = value.toLowerCase();
  const spare = subject.length - text.length;
  if (spare < 0 || spare > before + after) return false;
  for (let at = subject.indexOf(text); at !== -1; at = subject.indexOf(text, at + 1)) {
    if (at <= before && spare - at <= after) return true;
  }
  return false;
}

function attributeOf(field: string): Attribute {
  if (field === '*' || field === '') return ANY;
  if (field === '-') return NONE;
  // Wildcards stand only at the ends (NISTIR 7695, 5.3.2); a quoted one is text.
  const before = /^[*?]*/.exec(field)?.[0] ?? '';
  const rest = field.slice(before.length);
  const after = /(?<!\\)(?:\\\\)*([*?]*)$/.exec(rest)?.[1] ?? '';
  const text = rest
    .slice(0, rest.length - after.length)
    .replace(/\\(.)/g, '$1')
    .toLowerCase();
  return { kind: 'text', text, before: wild(before), after: wild(after) };
}

function wild(characters: string): Wild {
  return characters.includes('*') ? Infinity : characters.length;
}
