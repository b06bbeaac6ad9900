import path from 'node:path';
import { PermanentError, type ErrorParts } from '../domain/errors.ts';

/** One thing wrong with the configuration, with the place where the operator has to look. */
export function configProblem(place: string, parts: Omit<ErrorParts, 'where'>): PermanentError {
  return new PermanentError('config-invalid', { ...parts, where: place });
}

/** `file:line:column`, relative to the working directory when the file is below it. */
export function placeName(file: string, position?: { line: number; column: number }): string {
  const relative = path.relative(process.cwd(), file);
  const name = relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
  return position === undefined ? name : `${name}:${position.line}:${position.column}`;
}

/**
 * Throws when there are problems: the only one itself, or one error with the same code that lists all, a line each.
 */
export function throwProblems(subject: string, problems: readonly PermanentError[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw first;
  const lines = problems.map((problem) => `  ${problem.message}`).join('\n');
  throw new PermanentError(
    first.code,
    { what: `${subject} has ${problems.length} problems:\n${lines.replace(/\.$/, '')}` },
    { cause: new AggregateError(problems) },
  );
}

/** A value as the operator wrote it, short enough for a sentence. */
export function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
