const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}';
const CLOCK = '\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?';
const ZONE = '(?: ?(?:[+-]\\d{2}:?\\d{2}|Z|[A-Z]{2,5})\\b)?';

/** Every part has a limited number of repetitions, so none of these can be made to backtrack for long. */
const CHANGING = new RegExp(
  [
    `(?:${DAY},? {1,2})?\\d{1,2} ${MONTH} \\d{2,4} ${CLOCK}${ZONE}(?: \\([A-Za-z ]{1,40}\\))?`,
    `(?:${DAY},? )?${MONTH} {1,2}\\d{1,2} ${CLOCK}${ZONE} \\d{4}`,
    `\\d{4}-\\d{2}-\\d{2}[T ]${CLOCK}${ZONE}`,
    // The timestamp of POP3's greeting (RFC 1939, section 7).
    '<[\\w.-]{1,64}@[\\w.-]{1,128}>',
  ].join('|'),
  'g',
);

/** Takes dates and times out of a greeting, which must read the same from one scan to the next. At most 4 KiB. */
export function withoutDates(text: string): string {
  const bounded = text.slice(0, 4096);
  const rest = bounded.replace(CHANGING, '');
  return rest === bounded ? bounded : rest.replace(/[ ;]{2,}/g, ' ').replace(/[ ;]+$/, '');
}
