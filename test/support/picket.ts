import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

export const repository = path.resolve(import.meta.dirname, '../..');
const main = path.join(repository, 'src/cli/main.ts');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningPicket {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves when the text has been written, to whichever stream; rejects when the process ends without it. */
  says(text: string | RegExp, withinMs?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the command in a process of its own, with this environment and nothing else. */
function startPicket(args: readonly string[], environment: Readonly<Record<string, string>>): RunningPicket {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    cwd: repository,
    // No home: whatever AWS configuration its user has must not play a part.
    env: { PATH: process.env.PATH, HOME: path.join(tmpdir(), 'picket-no-home'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const changed = (): void => listeners.forEach((listener) => listener());
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    changed();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    changed();
  });
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      resolve({ code, signal, stdout, stderr });
      changed();
    });
  });
  const running: RunningPicket = {
    pid: child.pid ?? -1,
    ended,
    says: (text, withinMs = 30_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(new Error(`It did not say ${String(text)} in time`)), withinMs);
        const settle = (error?: Error): void => {
          clearTimeout(timer);
          listeners.delete(look);
          if (error === undefined) resolve();
          else reject(new Error(`${error.message}.\n${stdout}\n${stderr}`));
        };
        const look = (): void => {
          const all = stdout + stderr;
          if (typeof text === 'string' ? all.includes(text) : text.test(all)) settle();
          else if (over) settle(new Error(`It ended without saying ${String(text)}`));
        };
        listeners.add(look);
        look();
      }),
    kill: (signal) => void child.kill(signal),
  };
  return running;
}

/** Runs a command to its end. */
export function runPicket(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  return startPicket(args, environment).ended;
}

/** Starts the service and waits until it is up; it is ended with the test. */
export async function startService(environment: Readonly<Record<string, string>>): Promise<RunningPicket> {
  const service = startPicket(['up'], environment);
  onTestFinished(async () => {
    service.kill('SIGKILL');
    await service.ended;
  });
  await service.says('Picket is up', 90_000);
  return service;
}

/** A sandbox in this process, in a directory of its own; both go with the test. */
export async function openSandbox(
  network: string,
  options: { readonly singleAddress?: boolean } = {},
): Promise<Sandbox> {
  const directory = await mkdtemp(path.join(tmpdir(), 'picket-e2e-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const sandbox = await startSandbox({
    directory,
    configDirectory: path.join(repository, 'config'),
    network,
    ...options,
  });
  onTestFinished(() => sandbox.close());
  return sandbox;
}
