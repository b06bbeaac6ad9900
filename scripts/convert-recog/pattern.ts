import { RE2JS } from 're2js';

/** RE2 repeats nothing more often. */
const MOST_REPETITIONS = 1000;

/**
 * A pattern in the syntax of RE2, from one in Ruby's as recog has it.
 *
 * @param flags as recog writes them: `REG_ICASE`, `REG_DOT_NEWLINE`, `REG_MULTILINE`, with commas or bars between.
 * @param names what capturing groups are to be called, by their numbers.
 * @returns null when RE2 cannot say it: look-around, back-references, possessive quantifiers.
 */
export function toRe2(pattern: string, flags: string, names: ReadonlyMap<number, string>): string | null {
  const letters = [
    /REG_ICASE/.test(flags) ? 'i' : '',
    // Ruby's "multi-line" lets the dot match the end of a line; so does REG_DOT_NEWLINE.
    /REG_DOT_NEWLINE|REG_MULTILINE/.test(flags) ? 's' : '',
  ].join('');
  const converted = `${letters === '' ? '' : `(?${letters})`}${rewrite(pattern, names)}`;
  try {
    RE2JS.compile(converted);
    return converted;
  } catch {
    return null;
  }
}

function rewrite(pattern: string, names: ReadonlyMap<number, string>): string {
  let result = '';
  let group = 0;
  let inClass = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    const rest = pattern.slice(at);
    if (character === '\\') {
      result += escape(pattern[at + 1] ?? '', inClass);
      at += 1;
      continue;
    }
    if (inClass) {
      if (character === ']') inClass = false;
      // A bracket inside brackets is text to recog; to RE2 too, unless it begins a class of POSIX.
      result += character === '[' && pattern[at + 1] !== ':' ? '\\[' : character;
      continue;
    }
    if (character === '[') {
      inClass = true;
      // A closing bracket that comes first is text.
      const first = /^\[\^?\]/.exec(rest)?.[0];
      result += first === undefined ? character : `${first.slice(0, -1)}\\]`;
      at += first === undefined ? 0 : first.length - 1;
      continue;
    }
    if (character === '(') {
      const named = /^\(\?<([A-Za-z]\w*)>/.exec(rest);
      if (named !== null || pattern[at + 1] !== '?') {
        group += 1;
        const name = names.get(group);
        result += name === undefined ? '(' : `(?P<${name}>`;
        at += named === null ? 0 : named[0].length - 1;
        continue;
      }
      // In the middle of a pattern too, Ruby's m is RE2's s; Ruby's x has no counterpart but stands only after "-".
      const local = /^\(\?([imsx]*)(-[imsx]*)?([:)])/.exec(rest);
      if (local !== null) {
        const on = (local[1] ?? '').replaceAll('m', 's');
        const off = (local[2] ?? '').replaceAll('m', 's').replaceAll('x', '');
        result += `(?${on}${off === '-' ? '' : off}${local[3] ?? ':'}`;
        at += local[0].length - 1;
        continue;
      }
    }
    const counted = character === '{' ? /^\{(\d*)(,?)(\d*)\}/.exec(rest) : null;
    if (counted !== null) {
      const [whole, least = '', comma = '', most = ''] = counted;
      const bounded = (count: string): string =>
        count === '' ? '' : String(Math.min(Number(count), MOST_REPETITIONS));
      result += `{${least === '' ? '0' : bounded(least)}${comma}${bounded(most)}}`;
      at += whole.length - 1;
      continue;
    }
    result += character;
  }
  return result;
}

/** An escape, with what RE2 does not know put in other words. */
function escape(character: string, inClass: boolean): string {
  if (character === 'h') return inClass ? '0-9a-fA-F' : '[0-9a-fA-F]';
  if (character === 'Z') return '\\z';
  if (character === 'e') return '\\x1b';
  // Escapes of what needs none; RE2 takes those of punctuation only.
  if (/[_<>"'%&@#!,;:=~`/ ]/.test(character)) return character;
  return `\\${character}`;
}
