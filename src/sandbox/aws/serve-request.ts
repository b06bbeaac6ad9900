import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './credentials.ts';
import { readCredentialScope, type CredentialScope } from './credential-scope.ts';
import { deniedError, throttledError, unauthenticatedError } from './common-errors.ts';
import { answerEc2 } from './ec2/ec2-service.ts';
import type { Fault, SandboxService } from './faults.ts';
import { QueryParameters } from './query-parameters.ts';
import type { RequestContext } from './request-context.ts';
import type { SandboxState } from './sandbox-state.ts';
import {
  answerSecurityHub,
  securityHubAction,
  securityHubQuota,
} from './securityhub/security-hub-service.ts';
import { ServiceError } from './service-error.ts';
import { answerSts } from './sts/sts-service.ts';

export interface SandboxRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is known of a request once it has been told apart; filled as far as reading it got. */
interface RequestIdentity {
  service: string;
  action: string;
  region: string;
  account: string;
}

export interface ServedRequest {
  readonly identity: RequestIdentity;
  /** The answer: an XML document, an object for JSON, or an error. */
  readonly answer: string | object | ServiceError;
  /** The fault that has to do with how the answer travels. */
  readonly fault: Fault | null;
}

/** Reads a request, finds out who asks what, and carries it out. Never throws for what a request can contain. */
export function serveRequest(request: SandboxRequest, state: SandboxState): ServedRequest {
  const identity: RequestIdentity = { service: '', action: '', region: '', account: '' };
  const travel: { fault: Fault | null } = { fault: null };
  try {
    const answer = carryOut(request, state, identity, travel);
    return { identity, answer, fault: travel.fault };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { identity, answer: error, fault: travel.fault };
  }
}

function carryOut(
  request: SandboxRequest,
  state: SandboxState,
  identity: RequestIdentity,
  travel: { fault: Fault | null },
): string | object {
  const scope = readCredentialScope(request.headers.authorization);
  identity.service = scope.service;
  identity.region = scope.region;
  const service = knownService(scope.service);
  const parameters = service === 'securityhub' ? null : readForm(request);
  const action = parameters?.required('Action') ?? securityHubAction(request.method, request.path);
  identity.action = action;

  const caller = authenticate(service, scope, request, state);
  identity.account = caller.accountId;
  const context = contextOf(service, scope, caller, state);

  const fault = state.faults.next({ service, action, region: scope.region, account: caller.accountId });
  if (fault !== null) {
    applyFault(fault, service, action, context);
    travel.fault = fault;
  }
  if (fault?.kind === 'drop-connection') return {};

  const takeToken = takerFor(service, caller, context, state);
  if (service === 'ec2' && parameters !== null) {
    return answerEc2(action, parameters, context, request.id, takeToken);
  }
  if (service === 'sts' && parameters !== null) return answerSts(action, parameters, context, request.id);
  const { name, quota } = securityHubQuota(action);
  if (!takeToken(name, quota)) throw throttledError('securityhub');
  const store = state.findingStore(caller.accountId, scope.region);
  return answerSecurityHub(action, request.query, request.body, store, context);
}

function knownService(service: string): SandboxService {
  if (service === 'ec2' || service === 'sts' || service === 'securityhub') return service;
  throw new ServiceError(404, 'UnknownService', `The sandbox has no service ${service}`);
}

function readForm(request: SandboxRequest): QueryParameters {
  const type = request.headers['content-type'] ?? '';
  if (
    request.method !== 'POST' ||
    request.path !== '/' ||
    !type.startsWith('application/x-www-form-urlencoded')
  ) {
    throw new ServiceError(
      400,
      'InvalidRequest',
      'The sandbox takes query requests as POST / with a form only',
    );
  }
  return new QueryParameters(request.body.toString('utf8'));
}

function authenticate(
  service: SandboxService,
  scope: CredentialScope,
  request: SandboxRequest,
  state: SandboxState,
): Caller {
  const token = request.headers['x-amz-security-token'];
  const identification = state.credentials.identify(
    scope.accessKeyId,
    typeof token === 'string' ? token : null,
  );
  if (identification.state !== 'known') throw unauthenticatedError(service, identification.state);
  return identification.caller;
}

/** A Region that the account does not have, or has not opted in to, does not know the account's credentials. */
function contextOf(
  service: SandboxService,
  scope: CredentialScope,
  caller: Caller,
  state: SandboxState,
): RequestContext {
  const account = state.estate.accounts.get(caller.accountId);
  const region = account?.regions.get(scope.region);
  if (account === undefined || region === undefined || region.optInStatus === 'not-opted-in') {
    throw unauthenticatedError(service, 'unknown');
  }
  return { ...state, account, region, caller };
}

function applyFault(fault: Fault, service: SandboxService, action: string, context: RequestContext): void {
  switch (fault.kind) {
    case 'throttle':
      throw throttledError(service);
    case 'deny':
      throw deniedError(service, action, context);
    case 'error':
      throw new ServiceError(
        fault.status ?? 500,
        fault.code ?? (service === 'securityhub' ? 'InternalException' : 'InternalError'),
        fault.message ?? 'An internal error has occurred',
      );
    default:
  }
}

function takerFor(
  service: SandboxService,
  caller: Caller,
  context: RequestContext,
  state: SandboxState,
): (name: string, quota: { burst: number; perSecond: number }) => boolean {
  return (name, quota) =>
    !state.quotas.enabled ||
    state.buckets.take([caller.accountId, context.region.name, service, name].join('/'), quota);
}
