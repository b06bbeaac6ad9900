/**
 * What went wrong, as one sentence a person can act on.
 *
 * `what` names the thing that failed, `where` the file, line, address or call, `got` and `expected` the
 * difference. Absent parts are left out of the sentence.
 */
export interface ErrorParts {
  readonly what: string;
  readonly where?: string;
  readonly got?: string;
  readonly expected?: string;
}

/** Base of every error that Picket raises on purpose. `code` is stable and documented; the message is not. */
export abstract class PicketError extends Error {
  readonly code: string;
  readonly parts: ErrorParts;
  /** Whether trying the same thing again, unchanged, can ever succeed. */
  abstract readonly retryable: boolean;

  constructor(code: string, parts: ErrorParts, options?: { cause?: unknown }) {
    super(sentence(parts), options);
    this.name = new.target.name;
    this.code = code;
    this.parts = parts;
  }
}

/** Trying again cannot help: bad input, missing permission, a broken promise of the caller. */
export class PermanentError extends PicketError {
  readonly retryable = false;
}

/** The same call may succeed later: throttled, unreachable, lagging. */
export class RetryableError extends PicketError {
  readonly retryable = true;
}

function sentence({ what, where, got, expected }: ErrorParts): string {
  const place = where === undefined ? '' : ` (${where})`;
  const difference = [
    got === undefined ? '' : `got ${got}`,
    expected === undefined ? '' : `expected ${expected}`,
  ].filter((part) => part !== '');
  return `${what}${place}${difference.length === 0 ? '' : `: ${difference.join(', ')}`}.`;
}
