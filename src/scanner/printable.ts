/**
 * Bytes or text from the network as one line of visible ASCII: everything else is written as an escape, and what
 * would be longer than `limit` characters ends in `…`. A backslash is doubled, so the result can be read back.
 */
export function printable(input: Buffer | string, limit: number): string {
  // An escape makes at least one character of one byte, so no more than `limit` of them can matter.
  const text = typeof input === 'string' ? input.slice(0, limit + 1) : input.toString('latin1', 0, limit + 1);
  let line = '';
  for (const character of text) {
    const next = escape(character);
    if (line.length + next.length > limit) return `${line.slice(0, limit - 1)}…`;
    line += next;
  }
  return line;
}

/**
 * A sentence of ours that may quote a peer, as one line of at most `limit` characters: what could move a terminal's
 * cursor, end a line or turn the direction of the text is written as an escape. Other text stays as it is.
 */
export function oneLine(sentence: string, limit: number): string {
  const line = sentence.slice(0, limit).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escape);
  if (line.length <= limit && sentence.length <= limit) return line;
  // Half of a character of two is none, and no database takes it.
  return `${line.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const named = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escape(character: string): string {
  const name = named.get(character);
  if (name !== undefined) return name;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return character;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
