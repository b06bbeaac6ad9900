import type { FactValue } from '../domain/observation.ts';
import { cleanText, clip } from './text.ts';

const MASK = '[masked]';

/** A fact of such a name holds the secret itself when its value is text; a truth value or a number says only whether. */
const SECRET_NAME =
  /passw(?:or)?d|passphrase|secret|token|api[-_]?key|private[-_]?key|credential|authori[sz]ation/iu;
const COOKIE_NAME = /cookie/iu;

/**
 * Shapes that are secrets wherever they stand. Fingerprints and serial numbers of certificates are long and random as
 * well, so mere randomness is no sign. Every quantifier is bounded or runs over one class, so that hostile text costs
 * linear time.
 */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/gu, MASK],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/gu, MASK],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/gu, MASK],
  [/\b(?:ghp|gho|ghu|ghs|ghr|glpat|xox[abprs]|sk_live|rk_live)[-_][\w-]{10,}/gu, MASK],
  // A capital, a digit or padding tells a credential from prose ("Basic authentication") and from `Basic realm=`.
  [
    /\b([Bb]earer|[Bb]asic|[Nn]egotiate) (?=[\w+/.~-]{0,256}(?:[A-Z0-9.]|=))[\w+/.~-]{6,1024}={0,2}(?![\w="])/gu,
    `$1 ${MASK}`,
  ],
  [/:\/\/([^\s/:@]{0,128}):[^\s/@]{1,256}@/gu, `://$1:${MASK}@`],
  [
    /\b([\w-]{0,64}(?:password|passwd|pwd|secret|token|api[-_]?key|access[-_]?key)["']?\s{0,4}[:=]\s{0,4})["']?[^\s"'&;,]{3,}["']?/giu,
    `$1${MASK}`,
  ],
];

/** Longest text of one fact that is looked at; what is beyond it is never shown either. */
const LONGEST = 4096;
const DEEPEST = 6;
const MOST_ITEMS = 100;

/** Text from the network, cleaned, bounded and with what looks like a secret masked. */
export function safeText(text: string): string {
  const bounded = cleanText(clip(text, LONGEST));
  return SECRET_SHAPES.reduce((rest, [shape, instead]) => rest.replaceAll(shape, instead), bounded);
}

/**
 * A fact fit to be shown: every text in it is {@link safeText}, every name that says "secret" has its text masked, and
 * depth and width are bounded.
 */
export function safeFact(name: string, value: FactValue, depth = 0): FactValue {
  if (typeof value === 'string') {
    if (value !== '' && SECRET_NAME.test(name)) {
      return MASK;
    }
    return COOKIE_NAME.test(name) ? safeText(value.replace(/=[^;]*/u, `=${MASK}`)) : safeText(value);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth >= DEEPEST) {
    return '…';
  }
  if (Array.isArray(value)) {
    return value.slice(0, MOST_ITEMS).map((item) => safeFact(name, item, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ITEMS)
      .map(([key, item]) => [safeText(key), safeFact(key, item, depth + 1)]),
  );
}

/** One line for a fact: text as it is, a list of plain values with commas, anything nested as JSON. */
export function factText(name: string, value: FactValue): string {
  const safe = safeFact(name, value);
  if (Array.isArray(safe) && safe.every((item) => typeof item !== 'object')) {
    return safe.length === 0 ? 'none' : safe.join(', ');
  }
  return typeof safe === 'string' ? safe : JSON.stringify(safe);
}
