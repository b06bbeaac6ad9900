import { PermanentError, PicketError, RetryableError } from '../domain/errors.ts';
import { bare, facts } from './sdk-error.ts';

/** Which call failed. Service and action as IAM names them: `ec2` and `DescribeNetworkInterfaces`. */
export interface AwsCall {
  readonly service: string;
  readonly action: string;
  readonly region: string;
  /** ARN of the caller, for services whose refusals do not name it. */
  readonly principal?: string | undefined;
}

const denied = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'Client.UnauthorizedOperation',
]);
const throttled = new Set([
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const refusedCredentials = new Set([
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'OptInRequired',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);
const timeouts = new Set(['TimeoutError', 'RequestTimeout', 'RequestTimeoutException']);
const networkCodes =
  /^(?:ECONN(?:RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|E(?:HOST|NET)(?:UNREACH|DOWN)|ENOTFOUND|EAI_AGAIN|CERT_.*|.*CERT.*|ERR_TLS_.*|ERR_SSL_.*|HPE_.*)$/;

/**
 * Maps whatever the SDK threw to a sentence with a stable code. Permanent: `aws-credentials-missing`,
 * `aws-credentials-refused`, `aws-region-missing`, `aws-denied`, `securityhub-not-enabled`, `aws-rejected`,
 * `aws-failed`. Retryable: `aws-throttled`, `aws-unreachable`, `aws-unavailable`. Secrets are cut out of messages,
 * and the cause is a copy without the request, whose headers carry the session's token.
 */
export function awsError(error: unknown, call: AwsCall): PicketError {
  if (error instanceof PicketError) return error;
  const { name, message, status, code } = facts(error);
  const where = call.region;
  const action = actionName(call);
  const cause = { cause: bare(error) };
  const got = message === '' ? name : `${name} "${message}"`;
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') return missingCredentials(error);
  if (message.startsWith('Region is missing')) {
    const parts = { what: 'No AWS Region is configured', where: action, expected: 'AWS_REGION to be set' };
    return new PermanentError('aws-region-missing', parts, cause);
  }
  if (denied.has(name)) {
    const because = /\bbecause ([^.]{1,200})/.exec(message)?.[1];
    const parts = {
      what: `AWS denied ${action} to ${principalOf(message, call.principal)}`,
      where,
      got: because === undefined ? name : `${name} because ${because}`,
      expected: `a policy that allows ${action}`,
    };
    return new PermanentError('aws-denied', parts, cause);
  }
  if (throttled.has(name) || status === 429) {
    return new RetryableError('aws-throttled', { what: `AWS throttled ${action}`, where, got: name }, cause);
  }
  if (name === 'InvalidAccessException' || name === 'InvalidAccess') {
    const parts = {
      what: 'Security Hub is not enabled for this account',
      where,
      got,
      expected: 'Security Hub CSPM on',
    };
    return new PermanentError('securityhub-not-enabled', parts, cause);
  }
  if (refusedCredentials.has(name)) {
    const parts = {
      what: `AWS did not accept the credentials for ${action}`,
      where,
      got,
      expected: 'valid credentials, an enabled Region and a clock that is right',
    };
    return new PermanentError('aws-credentials-refused', parts, cause);
  }
  if (timeouts.has(name) || networkCodes.test(code) || name === 'AbortError') {
    const parts = { what: `AWS could not be reached for ${action}`, where, got: code === '' ? got : code };
    return new RetryableError('aws-unreachable', parts, cause);
  }
  if (status !== null && status >= 500) {
    const parts = { what: `AWS failed to answer ${action}`, where, got: `HTTP ${status} ${got}` };
    return new RetryableError('aws-unavailable', parts, cause);
  }
  if (status !== null && status >= 400) {
    return new PermanentError('aws-rejected', { what: `AWS rejected ${action}`, where, got }, cause);
  }
  // An answer that is not the service's: a proxy's page, a cut-off body.
  if (status !== null) {
    const parts = { what: `The answer to ${action} cannot be read`, where, got: `HTTP ${status} ${got}` };
    return new RetryableError('aws-unavailable', parts, cause);
  }
  return new PermanentError('aws-failed', { what: `${action} could not be sent`, where, got }, cause);
}

/** IAM's name of the call, for example `ec2:DescribeNetworkInterfaces`. */
export function actionName({ service, action }: AwsCall): string {
  return `${service}:${action}`;
}

/** The sentence for a machine on which the credential chain finds nothing, or nothing that works. */
export function missingCredentials(error: unknown): PermanentError {
  const { message } = facts(error);
  const nothing = message === '' || message.includes('from any providers');
  return new PermanentError(
    'aws-credentials-missing',
    {
      what: 'No AWS credentials were found, so there is nothing to scan',
      ...(nothing ? {} : { got: `"${message}"` }),
      expected:
        'credentials where the AWS SDK looks for them (environment, profile, role), or the sandbox in their place: npm run sandbox, npm run demo',
    },
    { cause: bare(error) },
  );
}

function principalOf(message: string, known: string | undefined): string {
  const arn = /\barn:[a-z0-9-]+:(?:iam|sts)::\d{12}:[^\s"]+/.exec(message)?.[0] ?? known;
  if (arn === undefined) return 'the caller';
  const resource = arn.split(':').slice(5).join(':');
  const [kind = '', ...names] = resource.split('/');
  if (kind === 'assumed-role') return `the role ${names[0] ?? ''} (${arn})`;
  if (kind === 'role' || kind === 'user') return `the ${kind} ${names.at(-1) ?? ''} (${arn})`;
  return arn;
}
