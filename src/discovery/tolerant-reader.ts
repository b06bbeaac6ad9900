import { PicketError } from '../domain/errors.ts';

/** What reading something that discovery can do without came to. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false;
      readonly reason: string;
      /** Whether asking again may help; only then is the failure not to be kept. */
      readonly retryable: boolean;
    };

export type TolerantReader = <Value>(read: () => Promise<Value>) => Promise<Read<Value>>;

/**
 * Turns failures of AWS into a reason. A denial is remembered, so that a missing permission costs one call a Region
 * and not one a page; one reader therefore serves one action. What is not AWS's (an abort, a defect) is thrown on.
 */
export function createTolerantReader(): TolerantReader {
  let denied: Read<never> | undefined;
  return async (read) => {
    if (denied !== undefined) return denied;
    try {
      return { ok: true, value: await read() };
    } catch (error) {
      if (!(error instanceof PicketError)) throw error;
      const failure = { ok: false, reason: error.message, retryable: error.retryable } as const;
      if (error.code === 'aws-denied') denied = failure;
      return failure;
    }
  };
}
