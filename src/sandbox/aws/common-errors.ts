import { ec2Throttled } from './ec2/ec2-service.ts';
import type { SandboxService } from './faults.ts';
import type { RequestContext } from './request-context.ts';
import { defaultProductArn } from './securityhub/import-findings.ts';
import { notAuthorised } from './securityhub/hub-errors.ts';
import { securityHubThrottled } from './securityhub/security-hub-service.ts';
import { ServiceError } from './service-error.ts';

/** The errors that every service has, each in its own words. */
export function throttledError(service: SandboxService): ServiceError {
  if (service === 'ec2') return ec2Throttled();
  if (service === 'sts') return new ServiceError(400, 'Throttling', 'Rate exceeded');
  return securityHubThrottled();
}

/** What a caller hears whose access key nobody knows, or whose session is over. */
export function unauthenticatedError(service: SandboxService, state: 'unknown' | 'expired'): ServiceError {
  if (state === 'expired') {
    if (service === 'ec2') return new ServiceError(400, 'RequestExpired', 'Request has expired.');
    const code = service === 'sts' ? 'ExpiredToken' : 'ExpiredTokenException';
    return new ServiceError(403, code, 'The security token included in the request is expired');
  }
  if (service === 'ec2') {
    return new ServiceError(
      401,
      'AuthFailure',
      'AWS was not able to validate the provided access credentials',
    );
  }
  const code = service === 'sts' ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
  return new ServiceError(403, code, 'The security token included in the request is invalid.');
}

/** What a caller hears whom no policy allows the action. */
export function deniedError(service: SandboxService, action: string, context: RequestContext): ServiceError {
  const why = `because no identity-based policy allows the ${service}:${action} action`;
  if (service === 'securityhub') {
    const { status, code, message } = notAuthorised(action, resourceOf(action, context), context);
    return new ServiceError(status, code, `${message} ${why}`);
  }
  const who = `User: ${context.caller.arn} is not authorized to perform: ${service}:${action} ${why}`;
  return service === 'ec2'
    ? new ServiceError(
        403,
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. ${who}`,
      )
    : new ServiceError(403, 'AccessDenied', who);
}

function resourceOf(action: string, context: RequestContext): string {
  if (action === 'BatchImportFindings') return defaultProductArn(context);
  const { partition, name, accountId } = context.region;
  return `arn:${partition}:securityhub:${name}:${accountId}:hub/default`;
}
