import type { AwsCall } from '../aws/errors.ts';
import { awsError } from '../aws/errors.ts';
import { facts } from '../aws/sdk-error.ts';
import { PermanentError } from '../domain/errors.ts';
import type { PicketError } from '../domain/errors.ts';
import type { Destination } from '../domain/finding.ts';

/** The service would not have the call for what is in it, without saying which finding it was. */
export interface InputRefusal {
  readonly code: string;
  readonly message: string;
}

const BAD_INPUT = /^(?:InvalidInput|Validation|RequestEntityTooLarge|Serialization)/u;

/** A call of Security Hub in a destination, as errors name it. */
function hubCall(action: string, { region }: Destination): AwsCall {
  return { service: 'securityhub', action, region };
}

/** Whether the error is about the call's content, rather than about who calls or how the service is. */
export function inputRefusal(error: unknown): InputRefusal | undefined {
  const { name, message, status } = facts(error);
  return BAD_INPUT.test(name) || status === 413 ? { code: name, message } : undefined;
}

/** Maps what a call to Security Hub threw; names the account where the general sentence cannot. */
export function hubError(error: unknown, action: string, destination: Destination): PicketError {
  const mapped = awsError(error, hubCall(action, destination));
  return mapped.code === 'securityhub-not-enabled'
    ? hubNotEnabled(destination, facts(error).message, mapped.cause)
    : mapped;
}

/** Nobody's finding is at fault: the account has no Security Hub there, or the credentials are another account's. */
export function hubNotEnabled(
  { accountId, region }: Destination,
  message: string,
  cause?: unknown,
): PermanentError {
  return new PermanentError(
    'securityhub-not-enabled',
    {
      what: `Security Hub takes no findings of account ${accountId} in Region ${region}`,
      got: `"${message}"`,
      expected: `Security Hub CSPM to be enabled in ${region}, and credentials of account ${accountId} itself`,
    },
    { cause },
  );
}
