import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PermanentError, PicketError } from '../domain/errors.ts';
import { operationNames } from './operations.ts';
import type { Operations } from './operations.ts';
import { socketPath } from './socket-path.ts';

const LARGEST_REQUEST = 1024 * 1024;

/**
 * Serves the operations on a Unix socket that only the data directory's owner can open. One POST an operation, JSON
 * in and out.
 */
export async function serveOperations(
  operations: Operations,
  dataDirectory: string,
): Promise<{ close(): Promise<void> }> {
  const path = socketPath(dataDirectory);
  const server = createServer((request, response) => {
    answer(operations, request, response).catch((error: unknown) => {
      respond(response, 500, {
        code: 'unexpected',
        message: error instanceof Error ? error.message : String(error),
      });
    });
  });
  // Whoever holds the data directory's lock is alone: a socket that lies there is a dead process's.
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  operations: Operations,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = operationNames.find((known) => request.url === `/v1/${known}`);
  if (name === undefined || request.method !== 'POST') {
    respond(response, 404, { code: 'operation-unknown', message: 'There is no such operation.' });
    return;
  }
  try {
    const operation = operations[name] as (input: unknown) => Promise<unknown>;
    respond(response, 200, await operation(await readJson(request)));
  } catch (error) {
    if (!(error instanceof PicketError)) throw error;
    respond(response, 422, { code: error.code, retryable: error.retryable, parts: error.parts });
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_REQUEST) {
      throw new PermanentError('request-too-large', {
        what: 'The request is too large',
        expected: `at most ${LARGEST_REQUEST} bytes`,
      });
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new PermanentError('request-invalid', { what: 'The request is not JSON' }, { cause: error });
  }
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? null));
}
