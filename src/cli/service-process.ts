import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RetryableError } from '../domain/errors.ts';
import { connectToService } from '../local-api/client.ts';
import type { Operations } from '../local-api/operations.ts';

/** A service of Picket in a process of its own. */
export interface ServiceProcess {
  readonly operations: Operations;
  /** Asks it to end and waits for that. @returns its exit code, null when it had to be killed. */
  stop(): Promise<number | null>;
}

const READY_WITHIN_MS = 60_000;
const GONE_WITHIN_MS = 10_000;

/** Starts `picket up` with exactly this environment and waits until it takes requests. */
export async function startServiceProcess(
  environment: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const main = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url),
  );
  const child = spawn(process.execPath, [...process.execArgv, main, 'up'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const listen = (chunk: Buffer): void => {
    said.push(chunk.toString('utf8'));
    // Only the end is of interest, should it fail.
    if (said.length > 50) said.shift();
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const exited = once(child, 'exit').then(([code]) => code as number | null);

  const stop = async (): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), GONE_WITHIN_MS);
    const code = await exited;
    clearTimeout(timer);
    return code;
  };

  const started = performance.now();
  while (performance.now() - started < READY_WITHIN_MS) {
    if (child.exitCode !== null) break;
    const operations = await connectToService(environment['PICKET_DATA_DIR'] ?? '');
    if (operations !== null) return { operations, stop };
    await Promise.race([delay(100), exited]);
  }
  await stop();
  throw new RetryableError('service-not-ready', {
    what: 'The service did not come up',
    got: said.join('').trim().slice(-2000) || 'no word from it',
  });
}
