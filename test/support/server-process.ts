import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** nobody: PostgreSQL refuses to run as root. */
const UNPRIVILEGED = 65_534;

const runsAsRoot = process.getuid?.() === 0;
export const unprivileged = runsAsRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};

/** A directory of its own for a server, which the unprivileged user can write. */
export async function makeServerDirectory(name: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `picket-${name}-`));
  if (runsAsRoot) await chown(directory, UNPRIVILEGED, UNPRIVILEGED);
  return directory;
}

/** A port of 127.0.0.1 that was free a moment ago; whoever binds it must be ready to try again. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

export interface ServerProcess {
  readonly pid: number;
  /** Asks it to stop and, when it does not, kills it; removes its directory. */
  stop(): Promise<void>;
  /** SIGKILL, leaving its directory. */
  kill(): Promise<void>;
}

/** Starts a server and waits until its output matches `ready`; raises with its output when it ends before that. */
export async function startServerProcess(options: {
  program: string;
  arguments: readonly string[];
  directory: string;
  ready: RegExp;
  /** The signal on which it stops without waiting for its clients. */
  stopSignal: NodeJS.Signals;
}): Promise<ServerProcess> {
  const child = spawn(options.program, options.arguments, {
    cwd: options.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...unprivileged,
  });
  let output = '';
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      output += error.message;
      resolve();
    });
  });
  const ready = new Promise<void>((resolve) => {
    const read = (data: Buffer): void => {
      output = `${output}${data.toString()}`.slice(-10_000);
      if (options.ready.test(output)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const first = await Promise.race([
    ready.then(() => 'ready' as const),
    ended.then(() => 'ended' as const),
    sleep(30_000, 'silent' as const, { ref: false }),
  ]);
  if (first !== 'ready') {
    child.kill('SIGKILL');
    await ended;
    await rm(options.directory, { recursive: true, force: true });
    throw new Error(`${options.program} did not start (${first}):\n${output}`);
  }
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      await end(child, ended, options.stopSignal);
      await rm(options.directory, { recursive: true, force: true });
    },
    kill: () => end(child, ended, 'SIGKILL'),
  };
}

async function end(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}

/** Calls `start` with fresh ports until one of them really was free. */
export async function onFreePort<Result>(start: (port: number) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}
