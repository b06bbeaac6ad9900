import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PermanentError, RetryableError } from '../../src/domain/errors.ts';
import { connectToService } from '../../src/local-api/client.ts';
import type { Operations } from '../../src/local-api/operations.ts';
import { serveOperations } from '../../src/local-api/server.ts';
import { socketPath } from '../../src/local-api/socket-path.ts';

async function dataDirectory(name = ''): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), `picket-api-${name}`));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Only what the tests call; anything else would be an unexpected error. */
const operations = {
  publication: async () => ({ waiting: 2, rejected: 1 }),
  runs: async ({ limit }: { limit: number }) =>
    Array.from({ length: limit }, (_, index) => ({ id: `run-${index}` })),
  run: async ({ id }: { id: string }) => {
    throw new PermanentError('run-unknown', { what: 'There is no such run', got: id });
  },
  findings: async () => {
    throw new RetryableError('ledger-unreachable', { what: 'The ledger does not answer' });
  },
  finding: async () => {
    throw new TypeError('a defect');
  },
} as unknown as Operations;

async function serve(directory: string): Promise<void> {
  const server = await serveOperations(operations, directory);
  onTestFinished(() => server.close());
}

describe('the local API', () => {
  it('is nobody where no service holds the data directory', async () => {
    expect(await connectToService(await dataDirectory())).toBeNull();
  });

  it('gives the same results and errors as in one process', async () => {
    const directory = await dataDirectory();
    await serve(directory);
    const client = await connectToService(directory);
    expect(await client?.publication({})).toEqual({ waiting: 2, rejected: 1 });
    expect(await client?.runs({ limit: 3, before: null })).toHaveLength(3);
    const error = await client?.run({ id: 'x' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: 'run-unknown', message: 'There is no such run: got x.' });
    const retryable = client?.findings({ after: null, limit: 1 });
    await expect(retryable).rejects.toBeInstanceOf(RetryableError);
    await expect(client?.finding({ id: 'x' })).rejects.toThrow('a defect');
  });

  it('can be opened by its owner only', async () => {
    const directory = await dataDirectory();
    await serve(directory);
    expect((await stat(socketPath(directory))).mode & 0o777).toBe(0o600);
  });

  it('takes the place of a socket that a dead process left', async () => {
    const directory = await dataDirectory();
    const first = await serveOperations(operations, directory);
    await first.close();
    await serve(directory);
    expect(await connectToService(directory)).not.toBeNull();
  });

  it('works in a directory whose path is too long for a socket', async () => {
    const directory = path.join(await dataDirectory(), 'x'.repeat(120));
    expect(Buffer.byteLength(socketPath(directory))).toBeLessThanOrEqual(100);
    await serve(directory);
    expect(await connectToService(directory)).not.toBeNull();
  });

  it.each([
    ['an unknown operation', '/v1/dropTables', '{}', 404, 'operation-unknown'],
    ['what is not JSON', '/v1/runs', '{', 422, 'request-invalid'],
    ['too much', '/v1/runs', `"${'x'.repeat(1024 * 1024)}"`, 422, 'request-too-large'],
  ])('refuses %s', async (_, url, body, status, code) => {
    const directory = await dataDirectory();
    await serve(directory);
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const outgoing = request(
        { socketPath: socketPath(directory), path: url, method: 'POST', agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode, text }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ code });
  });
});
