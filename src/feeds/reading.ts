/** Reading JSON of which nothing is certain, without an error for what is missing or of another type. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A text that is not empty and not longer; otherwise null. */
export function textOf(value: unknown, longest: number): string | null {
  return typeof value === 'string' && value !== '' && value.length <= longest ? value : null;
}

/** The form of the ids of the Common Vulnerabilities and Exposures list. */
export const CVE = /^CVE-\d{4}-\d{4,10}$/;

/** An instant as ISO 8601 in UTC; null for what is none. One without a zone is in UTC already. */
export function instantOf(value: unknown): string | null {
  const text = textOf(value, 64);
  if (text === null) return null;
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** A day, as in 2024-07-01; null for what is none. */
export function dayOf(value: unknown): string | null {
  const text = textOf(value, 10);
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}
