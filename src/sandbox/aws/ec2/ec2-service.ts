import type { QueryParameters } from '../query-parameters.ts';
import type { RequestContext } from '../request-context.ts';
import { ServiceError } from '../service-error.ts';
import type { Quota } from '../token-buckets.ts';
import { element, escapeXml, type XmlNode } from '../xml.ts';
import { addresses } from './addresses.ts';
import { readListing, type Listing, type ReadRequest } from './describe.ts';
import { instances } from './instances.ts';
import { internetGateways } from './internet-gateways.ts';
import { networkAcls } from './network-acls.ts';
import { networkInterfaces } from './network-interfaces.ts';
import { prefixLists, readPrefixListEntries } from './prefix-lists.ts';
import { regions } from './regions.ts';
import { routeTables } from './route-tables.ts';
import { securityGroupRules } from './security-group-rules.ts';
import { subnets } from './subnets.ts';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

type Reader = (parameters: QueryParameters, context: RequestContext) => ReadRequest;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'DescribeRegions',
    (parameters, context) => readListing('DescribeRegions', regions(parameters), parameters, context),
  ],
  ['GetManagedPrefixListEntries', readPrefixListEntries],
  listing('DescribeNetworkInterfaces', networkInterfaces),
  listing('DescribeInstances', instances),
  listing('DescribeAddresses', addresses),
  listing('DescribeSecurityGroupRules', securityGroupRules),
  listing('DescribeSubnets', subnets),
  listing('DescribeRouteTables', routeTables),
  listing('DescribeNetworkAcls', networkAcls),
  listing('DescribeInternetGateways', internetGateways),
  listing('DescribeManagedPrefixLists', prefixLists),
]);

function listing<Item>(action: string, definition: Listing<Item>): [string, Reader] {
  return [action, (parameters, context) => readListing(action, definition, parameters, context)];
}

const QUOTAS = {
  reading: { burst: 100, perSecond: 20 },
  /** Neither filtered nor paged. */
  unbounded: { burst: 50, perSecond: 10 },
} as const satisfies Record<string, Quota>;

/**
 * Answers one EC2 action.
 *
 * @param takeToken is asked before anything is looked up; false means that the quota is used up.
 * @returns the XML document of the answer.
 */
export function answerEc2(
  action: string,
  parameters: QueryParameters,
  context: RequestContext,
  requestId: string,
  takeToken: (quotaName: string, quota: Quota) => boolean,
): string {
  const read = READERS.get(action);
  if (read === undefined) {
    throw new ServiceError(400, 'InvalidAction', `The action ${action} is not valid for this web service.`);
  }
  const version = parameters.required('Version');
  if (version !== '2016-11-15') {
    throw new ServiceError(400, 'NoSuchVersion', `The requested version (${version}) is not valid.`);
  }
  const dryRun = parameters.boolean('DryRun');
  // Asked for by newer SDKs; there is nothing of the kind here.
  parameters.boolean('IncludeManagedResources');
  const request = read(parameters, context);
  const unread = parameters.unread();
  if (unread !== null) {
    throw new ServiceError(400, 'UnknownParameter', `The parameter ${unread} is not recognized`);
  }
  const kind = request.unbounded ? 'unbounded' : 'reading';
  if (!takeToken(kind, QUOTAS[kind])) throw ec2Throttled();
  if (dryRun) {
    throw new ServiceError(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
  }
  return ec2Document(action, requestId, request.answer());
}

export function ec2Throttled(): ServiceError {
  return new ServiceError(503, 'RequestLimitExceeded', 'Request limit exceeded.');
}

function ec2Document(action: string, requestId: string, body: XmlNode): string {
  const content = Object.entries({ requestId, ...body })
    .map(([name, value]) => element(name, value, 'item'))
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="${NAMESPACE}">${content}</${action}Response>`;
}

/** An error in EC2's own form. */
export function ec2ErrorDocument(error: ServiceError, requestId: string): string {
  const code = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>${code}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
}
