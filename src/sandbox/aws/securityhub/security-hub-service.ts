import type { RequestContext } from '../request-context.ts';
import { ServiceError } from '../service-error.ts';
import type { Quota } from '../token-buckets.ts';
import { isObject } from './check-shape.ts';
import type { FindingStore } from './finding-store.ts';
import { getFindings } from './get-findings.ts';
import { hubNotEnabled, invalidInput } from './hub-errors.ts';
import { importFindings } from './import-findings.ts';
import { updateFindings } from './update-findings.ts';

const ROUTES: ReadonlyMap<string, string> = new Map([
  ['GET /accounts', 'DescribeHub'],
  ['POST /findings/import', 'BatchImportFindings'],
  ['PATCH /findings/batchupdate', 'BatchUpdateFindings'],
  ['POST /findings', 'GetFindings'],
]);

/** The operation that a request is for; the request line itself when there is none. */
export function securityHubAction(method: string, path: string): string {
  return ROUTES.get(`${method} ${path}`) ?? `${method} ${path}`;
}

const OTHERS: Quota = { burst: 30, perSecond: 10 };
const QUOTAS: ReadonlyMap<string, Quota> = new Map([
  ['GetFindings', { burst: 6, perSecond: 3 }],
  ['BatchImportFindings', { burst: 30, perSecond: 10 }],
  ['BatchUpdateFindings', { burst: 30, perSecond: 10 }],
]);

/** The bucket that an operation takes from. */
export function securityHubQuota(action: string): { name: string; quota: Quota } {
  const quota = QUOTAS.get(action);
  return quota === undefined ? { name: 'others', quota: OTHERS } : { name: action, quota };
}

export function securityHubThrottled(): ServiceError {
  return new ServiceError(429, 'TooManyRequestsException', 'Too Many Requests');
}

/** Answers one Security Hub operation; the object is the JSON of the answer. */
export function answerSecurityHub(
  action: string,
  query: URLSearchParams,
  body: Buffer,
  store: FindingStore,
  context: RequestContext,
): object {
  switch (action) {
    case 'DescribeHub':
      return describeHub(query, context);
    case 'BatchImportFindings':
      return importFindings(parse(body), body.byteLength, store, context);
    case 'BatchUpdateFindings':
      return updateFindings(parse(body), store, context);
    case 'GetFindings':
      return getFindings(parse(body), store, context);
    default:
      throw new ServiceError(404, 'UnknownOperationException', `The sandbox's Security Hub has no ${action}`);
  }
}

function describeHub(query: URLSearchParams, context: RequestContext): object {
  const { hub, partition, name, accountId } = context.region;
  const arn = `arn:${partition}:securityhub:${name}:${accountId}:hub/default`;
  const asked = query.get('HubArn');
  if (asked !== null && !/^arn:[a-z0-9-]+:securityhub:[a-z0-9-]+:\d{12}:hub\/default$/u.test(asked)) {
    throw invalidInput(`Invalid parameter 'HubArn'. ${asked} is not a hub's ARN`);
  }
  if (!hub.enabled) throw hubNotEnabled(context);
  if (asked !== null && asked !== arn) {
    throw new ServiceError(404, 'ResourceNotFoundException', `Hub ${asked} not found`);
  }
  return {
    HubArn: arn,
    SubscribedAt: hub.subscribedAt,
    AutoEnableControls: true,
    ControlFindingGenerator: 'SECURITY_CONTROL',
  };
}

function parse(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.length === 0 ? '{}' : new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new ServiceError(400, 'SerializationException', `The request is not JSON: ${String(cause)}`);
  }
  if (isObject(value)) return value;
  throw new ServiceError(400, 'SerializationException', 'The request should be a JSON object');
}

/** An error in the REST-JSON protocol's form. */
export function securityHubErrorBody(error: ServiceError): object {
  return { Code: error.code, Message: error.message };
}
