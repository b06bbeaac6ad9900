import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe } from 'vitest';
import { findProgram } from './requires.ts';

/** The account whose resources moto holds for credentials that it does not know. */
export const motoAccountId = '111122223333';
export const motoCredentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' };

export interface MotoServer {
  /** For the clients, in place of AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  /** Forgets everything, in all accounts and Regions. */
  reset(): Promise<void>;
  /** Ends the process and waits for it. */
  close(): Promise<void>;
}

/** moto's server: what MOTO_SERVER points at, else `moto_server` on the PATH; undefined when there is none. */
function motoProgram(): string | undefined {
  const named = process.env.MOTO_SERVER;
  return named === undefined || named === '' ? findProgram('moto_server') : named;
}

/**
 * A group of tests that need moto. Where it is missing they are skipped, by name and with the reason; in CI, which must
 * have it, that is a failure.
 */
export function describeWithMoto(name: string, tests: () => void): void {
  const missing = motoProgram() === undefined;
  const required = process.env.CI === 'true';
  const title = missing ? `${name} (needs moto_server, on the PATH or named by MOTO_SERVER)` : name;
  // Reporters only count what is skipped.
  if (missing && !required) console.warn(`skipped: ${title}`);
  describe.skipIf(missing && !required)(`${title}`, () => {
    beforeAll(() => {
      if (missing) throw new Error('There is no moto_server, and CI must have it');
    });
    tests();
  });
}

/** Starts a moto of one's own on a free port of 127.0.0.1. Takes some seconds; raises with its output when it ends. */
export async function startMotoServer(): Promise<MotoServer> {
  const program = motoProgram();
  if (program === undefined) throw new Error('moto_server is not installed');
  const child = spawn(program, ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, MOTO_ACCOUNT_ID: motoAccountId, PYTHONUNBUFFERED: '1' },
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const endpoint = await listening(child, ended);
  return {
    endpoint,
    async reset() {
      const answer = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`moto did not reset: HTTP ${answer.status}`);
    },
    close: () => end(child, ended),
  };
}

/** The address that the server says it listens on; it chooses the port itself, so nobody can be faster. */
async function listening(child: ChildProcess, ended: Promise<void>): Promise<string> {
  let output = '';
  const address = new Promise<string>((resolve) => {
    const read = (data: Buffer): void => {
      output = `${output}${data.toString()}`.slice(-10_000);
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => {
      output += error.message;
    });
  });
  const waiting = new AbortController();
  const first = await Promise.race([
    address,
    ended.then(() => undefined),
    sleep(45_000, undefined, { signal: waiting.signal }),
  ]);
  waiting.abort();
  if (first === undefined) {
    await end(child, ended);
    throw new Error(`moto_server did not start:\n${output}`);
  }
  return first;
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}
