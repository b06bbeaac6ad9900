import { printable } from '../../scanner/printable.ts';
import { CHAOS, textOf, TXT, type Question, type Response } from './message.ts';

/** Where servers keep the name and version of their software: BIND's custom, and a neutral one (RFC 4892). */
export const versionQuestions: readonly Question[] = ['version.bind', 'version.server'].map((name) => ({
  name,
  type: TXT,
  class: CHAOS,
}));

export const maxVersion = 128;

/** What a server answers to one of the questions; null when it keeps its version to itself. */
export function versionIn(response: Response): string | null {
  const record = response.answers.find(({ type, class: class_ }) => type === TXT && class_ === CHAOS);
  const text = record === undefined ? '' : printable(textOf(record), maxVersion).trim();
  return text === '' ? null : text;
}
