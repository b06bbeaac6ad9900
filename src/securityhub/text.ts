/**
 * What must not reach a console, a ticket or a terminal: C0 and C1 controls, line and paragraph separators, marks
 * that reorder or hide text (bidirectional controls, zero-width characters, the byte-order mark, tag characters), and
 * halves of surrogate pairs, which have no UTF-8.
 */
const UNWANTED =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;
const LONE_SURROGATE = /[\uD800-\uDFFF]/gu;

/** Text from anywhere, made fit to be read: on one line, without control characters or surplus white space. */
export function cleanText(text: string): string {
  return text
    .replaceAll(UNWANTED, ' ')
    .replaceAll(LONE_SURROGATE, '\uFFFD')
    .replaceAll(/\s{2,}/gu, ' ')
    .trim();
}

/** Whether {@link cleanText} would find a character to take out. */
export function hasUnwanted(text: string): boolean {
  return text.search(UNWANTED) !== -1 || text.search(LONE_SURROGATE) !== -1;
}

/** At most `longest` UTF-16 code units of the text, cut between code points and marked by an ellipsis. */
export function clip(text: string, longest: number): string {
  if (text.length <= longest) {
    return text;
  }
  let end = Math.max(0, longest - 1);
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) {
    end -= 1;
  }
  return `${text.slice(0, end).trimEnd()}…`;
}

/** At most `longest` characters, or undefined when nothing readable is left: the format refuses blank strings. */
export function textOrNothing(text: string | null | undefined, longest: number): string | undefined {
  const clean = clip(cleanText(text ?? ''), longest);
  return clean === '' ? undefined : clean;
}
