import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** nobody, as whom servers run that do not need more. */
export const NOBODY = 65_534;

export type User = 'nobody' | 'root';

/**
 * Whether the users of the machine are there. In a namespace of a user's own there is only one; what wants to run as
 * another than root gets another namespace, in which the one is called nobody.
 */
export const hasAllUsers = readFileSync('/proc/self/uid_map', 'utf8')
  .split('\n')
  .some((line) => /^\s*0\s+0\s+4294967295\s*$/.test(line));

interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly user: User;
  readonly environment: Readonly<Record<string, string>>;
}

function spawnable(command: Command): {
  file: string;
  args: string[];
  options: { uid?: number; gid?: number };
} {
  const { program, user } = command;
  const args = [...command.arguments];
  if (user === 'root') return { file: program, args, options: {} };
  if (hasAllUsers) return { file: program, args, options: { uid: NOBODY, gid: NOBODY } };
  const asNobody = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--', program, ...args];
  return { file: 'unshare', args: asNobody, options: {} };
}

function environmentOf(command: Command): Record<string, string> {
  const paths = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return {
    PATH: paths,
    HOME: command.directory,
    TMPDIR: command.directory,
    LC_ALL: 'C',
    ...command.environment,
  };
}

/** Runs a command to its end and gives its output; rejects, with that, when it fails. */
export function runToEnd(command: Command): Promise<string> {
  const { file, args, options } = spawnable(command);
  return new Promise((resolve, reject) => {
    const settings = { ...options, cwd: command.directory, env: environmentOf(command), timeout: 60_000 };
    execFile(file, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new Error(
            `${command.program} failed: ${error.message}\n${stderr.slice(-2000)}${stdout.slice(-2000)}`,
          ),
        );
    });
  });
}

export interface RunningServer {
  readonly program: string;
  readonly pid: number;
  /** How it ended; null while it runs. */
  readonly ended: string | null;
  /** What it has written, to whichever stream. */
  output(): string;
  /** Whether it has written what it writes once it serves. */
  ready(): boolean;
  /** Asks its process group to end and, when it does not, kills it. */
  stop(): Promise<void>;
}

/** Long enough for servers that put their data in order; the rest of the machine does not wait for it. */
const PATIENCE_MS = 3000;

/** Starts a command that stays, in a process group of its own. Its output goes to a file, so nothing waits for it. */
export function startServer(
  command: Command & { readonly log: string; readonly ready: RegExp | null },
): RunningServer {
  const { file, args, options } = spawnable(command);
  const log = openSync(command.log, 'a');
  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      ...options,
      cwd: command.directory,
      env: environmentOf(command),
      detached: true,
      stdio: ['ignore', log, log],
    });
  } finally {
    closeSync(log);
  }
  let ended: string | null = null;
  const over = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      ended ??= how;
      resolve();
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code ?? 'unknown'}`));
  });
  const output = (): string => readFileSync(command.log, 'latin1');
  let ready = command.ready === null;
  return {
    program: command.program,
    pid: child.pid ?? 0,
    get ended() {
      return ended;
    },
    output,
    ready: () => (ready ||= command.ready?.test(output()) === true),
    async stop() {
      if (child.pid === undefined) return;
      signalGroup(child.pid, 'SIGTERM');
      await Promise.race([over, sleep(PATIENCE_MS, undefined, { ref: false })]);
      // Also when the first of the group has gone: it may have left others behind.
      signalGroup(child.pid, 'SIGKILL');
      await over;
    },
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The processes of this namespace. */
export function processIds(): ReadonlySet<number> {
  return new Set(
    readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number),
  );
}

/**
 * Kills the processes that this namespace has got since: daemons that have left the group of those who started them.
 * Waits until they are gone; zombies, whose parents are gone, go with the namespace.
 */
export async function killStragglers(before: ReadonlySet<number>): Promise<void> {
  const alive = (): number[] => [...processIds()].filter((pid) => !before.has(pid) && isAlive(pid));
  for (let left = alive(); left.length > 0; left = alive()) {
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
    }
    await sleep(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    // The name, in brackets, may have anything in it.
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
