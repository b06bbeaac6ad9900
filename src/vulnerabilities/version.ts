/**
 * Whether one version of a product comes before, with or after another.
 *
 * There is no one rule that all vendors keep to. These do for what is seen on the internet: numbers by value; a
 * missing number as zero (2.4 is 2.4.0); `rc1`, `beta` and the like before the release; a letter or a patch level
 * after it (1.1.1w, 9.2p1); and any other word, such as `MariaDB`, as a label of the build that says nothing.
 */
export function compareVersions(left: string, right: string): number {
  const lefts = tokensOf(left);
  const rights = tokensOf(right);
  for (let index = 0; index < Math.max(lefts.length, rights.length); index += 1) {
    const difference = compareTokens(lefts[index] ?? END, rights[index] ?? END);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether the version has something after its numbers that ranks it: a patch level, a letter, `rc1`. */
export function hasUpdate(version: string): boolean {
  return tokensOf(version).some(({ rank }) => rank !== NUMBER);
}

/** Whether the version is the cycle itself or within it: 7.4.33 in 7.4, not 7.40. */
export function isWithin(version: string, cycle: string): boolean {
  const whole = tokensOf(version);
  return tokensOf(cycle).every(
    (token, index) => compareTokens(whole[index] ?? END, token) === 0 && whole[index] !== undefined,
  );
}

interface Token {
  readonly rank: number;
  readonly value: number;
}

/** Longer versions are cut: they come from the network. */
const LONGEST = 128;
const NUMBER = 2;
const AFTER = 3;
const END: Token = { rank: NUMBER, value: 0 };

/** Words before a release, in their order; each begins a rank of its own below that of numbers. */
const BEFORE = [
  'dev',
  'snapshot',
  'nightly',
  'alpha',
  'a',
  'milestone',
  'm',
  'beta',
  'b',
  'pre',
  'preview',
  'rc',
  'cr',
];
/** Words that mean a release with corrections. */
const PATCHES = new Set(['p', 'pl', 'patch', 'sp', 'u', 'update', 'hotfix', 'hf', 's', 'r', 'post', 'fix']);

/** Versions come again and again: each scanned one is held against hundreds of bounds, which are the same each time. */
const known = new Map<string, readonly Token[]>();
const MOST_KNOWN = 20_000;

function tokensOf(version: string): readonly Token[] {
  const before = known.get(version);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const tokens = read(version);
  known.set(version, tokens);
  return tokens;
}

function read(version: string): Token[] {
  const tokens: Token[] = [];
  const parts =
    version
      .slice(0, LONGEST)
      .toLowerCase()
      .replace(/^v(?=\d)/, '')
      .match(/\d+|[a-z]+/g) ?? [];
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] ?? '';
    if (/^\d/.test(part)) {
      tokens.push({ rank: NUMBER, value: Number(part.slice(0, 15)) });
      continue;
    }
    const number = /^\d/.test(parts[index + 1] ?? '') ? Number((parts[index + 1] ?? '').slice(0, 15)) : null;
    const token = wordToken(part, number);
    if (token === null) break;
    tokens.push(token);
    if (number !== null) index += 1;
  }
  return tokens;
}

/** A word with the number that follows it, or null for a label, with which the version ends. */
function wordToken(word: string, number: number | null): Token | null {
  const before = BEFORE.indexOf(word);
  // A lone letter is a patch, as in 1.1.1b; with a number behind it, a beta.
  const single = word.length === 1 && number === null;
  if (before !== -1 && !single) return { rank: (before + 1) / (BEFORE.length + 2), value: number ?? 0 };
  if (PATCHES.has(word) && number !== null) return { rank: AFTER, value: number };
  if (single) return { rank: AFTER, value: word.charCodeAt(0) - 96 };
  // OpenSSL went on from 0.9.8z with za, zb…
  if (/^z[a-z]$/.test(word) && number === null) return { rank: AFTER, value: 26 + word.charCodeAt(1) - 96 };
  return null;
}

function compareTokens(left: Token, right: Token): number {
  return left.rank === right.rank ? Math.sign(left.value - right.value) : Math.sign(left.rank - right.rank);
}
