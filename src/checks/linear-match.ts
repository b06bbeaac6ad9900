import { RE2JS } from 're2js';

/** Characters of the text that are looked at; the rest is not. */
const INPUT_LIMIT = 4096;
/** A pattern is written by the operator, but its compiled form still costs memory. */
export const PATTERN_LIMIT = 512;

const compiled = new Map<string, RE2JS>();

/**
 * Compiles a pattern (RE2 syntax: no back-references, no look-around) and keeps it. Only literals in checks come
 * here, so the number of patterns is bounded by the configuration.
 *
 * @throws Error with re2js's sentence when the pattern is not valid.
 */
export function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const fresh = RE2JS.compile(pattern);
  compiled.set(pattern, fresh);
  return fresh;
}

/**
 * Whether the pattern occurs anywhere in the first 4,096 characters of the text, in time linear in both. Text from
 * the network can hold a backtracking engine for minutes; this one cannot be held.
 */
export function matchesRe2(text: string, pattern: string): boolean {
  return compilePattern(pattern).matcher(text.slice(0, INPUT_LIMIT)).find();
}
