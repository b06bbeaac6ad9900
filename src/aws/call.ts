import { RetryableError } from '../domain/errors.ts';
import { actionName, type AwsCall, awsError } from './errors.ts';

/** Sends one call and maps what it throws. An abort by the caller's own signal is passed on as that signal's reason. */
export async function callAws<T>(
  call: AwsCall,
  signal: AbortSignal | undefined,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    signal?.throwIfAborted();
    throw awsError(error, call);
  }
}

/**
 * The list that an answer must have. To the SDK, any page with HTTP 200 (a proxy's, a guest network's) is an answer
 * without a list; taking that for an empty one would make every endpoint look gone.
 */
export function listed<Item>(call: AwsCall, items: Item[] | undefined): Item[] {
  if (items !== undefined) return items;
  throw new RetryableError('aws-unavailable', {
    what: `The answer to ${actionName(call)} cannot be read`,
    where: call.region,
    got: 'no list in it',
    expected: 'an answer of AWS',
  });
}

/** The pages of an SDK paginator, with errors mapped as by {@link callAws}; a token that repeats is an error. */
export async function* eachPage<Page extends { NextToken?: string | undefined }>(
  call: AwsCall,
  signal: AbortSignal | undefined,
  pages: AsyncIterator<Page, unknown, unknown>,
): AsyncGenerator<Page, void, undefined> {
  let token: string | undefined;
  for (;;) {
    const next = await callAws(call, signal, () => pages.next());
    if (next.done === true) return;
    if (next.value.NextToken !== undefined && next.value.NextToken === token) {
      throw new RetryableError('aws-unavailable', {
        what: `The pages of ${actionName(call)} do not end`,
        where: call.region,
        got: 'the same NextToken twice',
      });
    }
    token = next.value.NextToken;
    yield next.value;
  }
}
