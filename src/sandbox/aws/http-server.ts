import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { CallLog } from './call-log.ts';
import { ec2ErrorDocument } from './ec2/ec2-service.ts';
import type { Fault } from './faults.ts';
import type { SandboxState } from './sandbox-state.ts';
import { securityHubErrorBody } from './securityhub/security-hub-service.ts';
import { serveRequest, type ServedRequest } from './serve-request.ts';
import { ServiceError } from './service-error.ts';
import { stsErrorDocument } from './sts/sts-service.ts';

/** Above Security Hub's own limit, so that its refusal can be heard; beyond this nobody reads on. */
const LARGEST_BODY = 16 * 1024 * 1024;

/** An HTTP server that answers as AWS does. Not listening yet. */
export function createSandboxServer(state: SandboxState, calls: CallLog): Server {
  // Longer than SDKs leave a connection idle, so that none is closed under a request that is just being sent.
  return createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    answer(request, response, state, calls).catch((error: unknown) => {
      // A defect of the sandbox: the caller must not be left waiting, and must not take it for AWS's behaviour.
      if (response.headersSent || response.destroyed) response.destroy();
      else
        response
          .writeHead(500, { 'content-type': 'text/plain' })
          .end(`Defect in the sandbox: ${String(error)}`);
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: SandboxState,
  calls: CallLog,
): Promise<void> {
  const requestId = randomUUID();
  const body = await readBody(request);
  const url = new URL(request.url ?? '/', 'http://sandbox.invalid');
  const served: ServedRequest =
    body === null
      ? {
          identity: { service: '', action: '', region: '', account: '' },
          answer: new ServiceError(413, 'RequestEntityTooLarge', 'Request Too Long'),
          fault: null,
        }
      : serveRequest(
          {
            id: requestId,
            method: request.method ?? '',
            path: url.pathname,
            query: url.searchParams,
            headers: request.headers,
            body,
          },
          state,
        );
  calls.record({ ...served.identity, at: state.clock.now(), outcome: outcomeOf(served) });
  if (served.fault !== null && (await travelBadly(served.fault, response))) return;
  send(served, requestId, request, response);
}

/** @returns null when the body is larger than anything that is read. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.byteLength;
    // Read on to the end, but keep nothing: a client that is still sending does not hear an answer.
    if (bytes <= LARGEST_BODY) chunks.push(piece);
    else chunks.length = 0;
  }
  return bytes > LARGEST_BODY ? null : Buffer.concat(chunks);
}

function outcomeOf({ answer: given, fault }: ServedRequest): string {
  if (fault?.kind === 'drop-connection') return 'dropped';
  if (given instanceof ServiceError) return given.code;
  return fault?.kind === 'accept-then-timeout' ? 'unanswered' : 'ok';
}

/** @returns true when there will be no answer. */
async function travelBadly(fault: Fault, response: ServerResponse): Promise<boolean> {
  if (fault.kind === 'drop-connection') {
    response.destroy();
    return true;
  }
  if (fault.kind === 'accept-then-timeout') {
    if (fault.delayMs !== undefined) await pause(fault.delayMs, response).then(() => response.destroy());
    return true;
  }
  if (fault.kind === 'delay') await pause(fault.delayMs ?? 1000, response);
  return response.destroyed;
}

/** Waits, but not for a client that has left, and without keeping the process alive. */
function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    timer.unref();
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function send(
  served: ServedRequest,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { answer: given, identity } = served;
  const failed = given instanceof ServiceError ? given : null;
  const json = identity.service === 'securityhub' || (identity.service === '' && !isForm(request));
  const text =
    failed === null
      ? typeof given === 'string'
        ? given
        : JSON.stringify(given)
      : json
        ? JSON.stringify(securityHubErrorBody(failed))
        : identity.service === 'sts'
          ? stsErrorDocument(failed, requestId)
          : ec2ErrorDocument(failed, requestId);
  response.writeHead(failed?.status ?? 200, {
    'content-type': json ? 'application/json' : 'text/xml;charset=UTF-8',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': requestId,
    ...(json && failed !== null ? { 'x-amzn-errortype': failed.code } : {}),
  });
  response.end(text);
}

function isForm(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
}
