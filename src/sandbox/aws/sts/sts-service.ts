import type { QueryParameters } from '../query-parameters.ts';
import type { RequestContext } from '../request-context.ts';
import { ServiceError } from '../service-error.ts';
import { element, escapeXml, type XmlNode } from '../xml.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Answers one STS action with the XML document. */
export function answerSts(
  action: string,
  parameters: QueryParameters,
  context: RequestContext,
  requestId: string,
): string {
  if (parameters.required('Version') !== '2011-06-15') {
    throw new ServiceError(400, 'InvalidAction', 'Could not find the requested version.');
  }
  const result = act(action, parameters, context);
  const unread = parameters.unread();
  if (unread !== null) throw invalid(`The sandbox does not know the parameter ${unread} of ${action}`);
  const content = [
    element(`${action}Result`, result(), 'member'),
    element('ResponseMetadata', { RequestId: requestId }, 'member'),
  ].join('');
  return `<${action}Response xmlns="${NAMESPACE}">${content}</${action}Response>`;
}

function act(action: string, parameters: QueryParameters, context: RequestContext): () => XmlNode {
  if (action === 'GetCallerIdentity') {
    const { arn, userId, accountId } = context.caller;
    return () => ({ Arn: arn, UserId: userId, Account: accountId });
  }
  if (action === 'AssumeRole') {
    const request = {
      roleArn: parameters.required('RoleArn'),
      session: parameters.required('RoleSessionName'),
      externalId: parameters.optional('ExternalId'),
      seconds: parameters.integer('DurationSeconds', { min: 900, max: 43_200 }) ?? 3600,
    };
    return () => assumeRole(request, context);
  }
  throw new ServiceError(400, 'InvalidAction', `Could not find operation ${action} for version 2011-06-15`);
}

function assumeRole(
  request: { roleArn: string; session: string; externalId: string | null; seconds: number },
  { estate, caller, credentials }: RequestContext,
): XmlNode {
  const [, partition, accountId, roleName] =
    /^arn:([a-z0-9-]+):iam::(\d{12}):role\/([\w+=,.@-]{1,64})$/u.exec(request.roleArn) ?? [];
  if (partition === undefined || accountId === undefined || roleName === undefined) {
    throw invalid(`${request.roleArn} is invalid`);
  }
  if (!/^[\w+=,.@-]{2,64}$/u.test(request.session)) {
    throw invalid(
      `1 validation error detected: Value '${request.session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  if (request.externalId !== null && !/^[\w+=,.@:/-]{2,1224}$/u.test(request.externalId)) {
    throw invalid(
      "1 validation error detected: Value at 'externalId' failed to satisfy constraint: Member must have length between 2 and 1224 and hold none but [\\w+=,.@:\\/-]",
    );
  }
  const account = estate.accounts.get(accountId);
  const role = account?.roles.get(roleName);
  const trusted =
    account?.partition === partition &&
    role !== undefined &&
    role.trustedAccounts.has(caller.accountId) &&
    (role.externalId === null || role.externalId === request.externalId);
  if (!trusted) {
    throw new ServiceError(
      403,
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${request.roleArn}`,
    );
  }
  const issued = credentials.issue({ partition, accountId, roleName }, request.session, request.seconds);
  return {
    AssumedRoleUser: { AssumedRoleId: issued.caller.userId, Arn: issued.caller.arn },
    Credentials: {
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      SessionToken: issued.sessionToken,
      Expiration: new Date(issued.expiresAt).toISOString(),
    },
    PackedPolicySize: 0,
  };
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'ValidationError', message);
}

/** An error in the AWS query protocol's form. */
export function stsErrorDocument(error: ServiceError, requestId: string): string {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  const body = `<Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  return `<ErrorResponse xmlns="${NAMESPACE}"><Error>${body}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}
