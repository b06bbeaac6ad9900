import { request } from 'node:http';
import { PermanentError, RetryableError } from '../domain/errors.ts';
import type { ErrorParts } from '../domain/errors.ts';
import { operationNames } from './operations.ts';
import type { Operations } from './operations.ts';
import { socketPath } from './socket-path.ts';

/** The operations of the service that holds a data directory; null when none does. */
export async function connectToService(dataDirectory: string): Promise<Operations | null> {
  const path = socketPath(dataDirectory);
  try {
    await call(path, 'publication', {});
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return null;
    throw error;
  }
  return Object.fromEntries(
    operationNames.map((name) => [name, (input: unknown) => call(path, name, input)]),
  ) as unknown as Operations;
}

async function call(path: string, name: string, input: unknown): Promise<unknown> {
  const { status, body } = await post(path, `/v1/${name}`, JSON.stringify(input ?? {}));
  if (status === 200) return body;
  const failure = body as { code: string; message?: string; retryable?: boolean; parts?: ErrorParts };
  const parts = failure.parts ?? { what: failure.message ?? 'The service failed without a word' };
  throw failure.retryable === true
    ? new RetryableError(failure.code, parts)
    : new PermanentError(failure.code, parts);
}

function post(socket: string, path: string, body: string): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        socketPath: socket,
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          try {
            resolve({
              status: response.statusCode ?? 0,
              body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown,
            });
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
