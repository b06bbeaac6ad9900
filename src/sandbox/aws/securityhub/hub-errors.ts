import type { RequestContext } from '../request-context.ts';
import { ServiceError } from '../service-error.ts';

export function invalidInput(message: string): ServiceError {
  return new ServiceError(400, 'InvalidInputException', message);
}

export function hubNotEnabled({ account }: Pick<RequestContext, 'account'>): ServiceError {
  return new ServiceError(
    401,
    'InvalidAccessException',
    `Account ${account.accountId} is not subscribed to AWS Security Hub`,
  );
}

/** What the service answers a caller who may not do this to the resource, an ARN. */
export function notAuthorised(
  action: string,
  resource: string,
  { caller }: Pick<RequestContext, 'caller'>,
): ServiceError {
  return new ServiceError(
    403,
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: securityhub:${action} on resource: ${resource}`,
  );
}
