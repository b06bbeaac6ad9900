// Names of the Common Platform Enumeration 2.3 as formatted strings (NISTIR 7695, section 6.2).

/** What every formatted string begins with. */
export const CPE_PREFIX = 'cpe:2.3:';

/** The fields of the string after its prefix, at colons that are not quoted; the quotes stay. */
export function cpeFields(name: string): string[] {
  const fields: string[] = [];
  let start = 0;
  for (let index = 0; index < name.length; index += 1) {
    if (name[index] === '\\') index += 1;
    else if (name[index] === ':') {
      fields.push(name.slice(start, index));
      start = index + 1;
    }
  }
  return [...fields, name.slice(start)];
}

/** A value without its quotes, in lower case: `asp\.net` is asp.net. */
export function unquoted(value: string): string {
  return value.replace(/\\(.)/g, '$1').toLowerCase();
}

/**
 * A value as it stands in the string: a backslash before whatever is no letter, digit, underscore, period or hyphen,
 * and before a hyphen that is alone, which would mean "not applicable".
 */
export function quoted(value: string): string {
  return value === '-' ? '\\-' : value.toLowerCase().replace(/[^a-z0-9_.-]/g, '\\$&');
}

/** The formatted string for a product; a version or update that is null is "any". */
export function formatCpe(input: {
  readonly part: 'a' | 'o' | 'h';
  readonly vendor: string;
  readonly product: string;
  readonly version: string | null;
  readonly update: string | null;
}): string {
  const { part, vendor, product, version, update } = input;
  const tail = [version, update].map((value) => (value === null || value === '' ? '*' : quoted(value)));
  return [`${CPE_PREFIX}${part}`, quoted(vendor), quoted(product), ...tail, '*:*:*:*:*:*'].join(':');
}
