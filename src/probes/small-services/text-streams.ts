const SPACE = 0x20;
const TILDE = 0x7e;
/** Lines of the generator are 72 characters; fewer could be somebody's alphabet. */
const PATTERN_LENGTH = 60;

/** Whether text is the pattern of the character generator (RFC 864): each character the next one of ASCII. */
export function isGenerated(words: Buffer): boolean {
  const line = words.subarray(0, PATTERN_LENGTH);
  return (
    line.length === PATTERN_LENGTH &&
    line.every((byte, at) => byte >= SPACE && byte <= TILDE && (at === 0 || follows(line[at - 1] ?? 0, byte)))
  );
}

/** Some generators leave out the space when they begin again. */
function follows(before: number, byte: number): boolean {
  return before === TILDE ? byte === SPACE || byte === SPACE + 1 : byte === before + 1;
}

const CLOCK = '\\d{1,2}:\\d{2}(?::\\d{2})?';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}';
const DAY = '(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?';
const ZONE = '(?: (?:[A-Z][A-Za-z]{1,4}|[+-]\\d{4})(?:-\\d{1,2})?)?';

/** The forms that RFC 867 proposes and those that Unix, Windows and the time service of NIST use. */
const TIME_OF_DAY = new RegExp(
  [
    `${DAY}${MONTH} {1,2}\\d{1,2},? ${CLOCK}${ZONE} \\d{4}`,
    `${DAY}${MONTH} {1,2}\\d{1,2}, \\d{4} ${CLOCK}${ZONE}`,
    `${DAY}\\d{1,2} ${MONTH} \\d{2,4} ${CLOCK}${ZONE}`,
    `${CLOCK}(?: [AP]M)? \\d{1,4}[./-]\\d{1,2}[./-]\\d{1,4}`,
    `\\d{1,4}[./-]\\d{1,2}[./-]\\d{1,4} ${CLOCK}(?: [AP]M)?${ZONE}`,
    `\\d{5} \\d\\d-\\d\\d-\\d\\d ${CLOCK} .{1,40}UTC\\(NIST\\) \\*`,
  ]
    .map((form) => `(?:${form})`)
    .join('|'),
);

/** Whether words are the time of day (RFC 867) in one line, and nothing else. */
export function isTimeOfDay(words: Buffer): boolean {
  if (words.length > 100) return false;
  const text = words.toString('latin1').replaceAll('\0', '').trim();
  const [form] = TIME_OF_DAY.exec(text) ?? [];
  return form === text && form !== '';
}
