import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Set for what runs inside, to the directory that it may use. */
const MARK = 'PICKET_FLEET_DIRECTORY';

const root = process.getuid?.() === 0;

/**
 * A network of its own, so that standard ports are free and nothing leaks, and processes of its own, so that none
 * outlives the first of them. Those who are not root bring a user namespace, in which they are.
 */
const UNSHARE = [
  ...(root ? [] : ['--user', '--map-root-user']),
  '--net',
  '--pid',
  '--ipc',
  '--fork',
  '--kill-child=SIGKILL',
  '--mount-proc',
];

/** The directory that the fleet may use; undefined outside of a namespace of its own. */
export function directoryInside(): string | undefined {
  return process.env[MARK];
}

/** Ends this process, and the namespace with it, when whoever made the namespace is gone without a word. */
export function endWithStarter(): void {
  process.stdin.resume();
  // The only end that the first process of a namespace can make of itself.
  process.stdin.once('close', () => {
    throw new Error('Whoever started the fleet is gone.');
  });
  process.stdin.unref();
}

/** Why no namespace can be made here, or null. */
export function namespaceProblem(): string | null {
  try {
    execFileSync('unshare', [...UNSHARE, 'ip', 'link', 'set', 'lo', 'up'], {
      stdio: 'pipe',
      timeout: 10_000,
    });
    return null;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return `no network namespace can be made here (${said || String(error)})`;
  }
}

/**
 * Makes the namespace that this process is in ready for servers.
 *
 * @param addresses What servers want to bind that take only addresses that an interface has, although all of 127/8
 *   arrives. Connections to such an address come from that address itself; to others, from 127.0.0.1.
 */
export async function furnishNamespace(addresses: readonly string[]): Promise<void> {
  const run = promisify(execFile);
  // Files at fixed paths must be neither the machine's nor another fleet's.
  await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'picket-fleet', '/run']);
  await run('ip', ['link', 'set', 'lo', 'up']);
  // So that those without privileges have the standard ports as well.
  await writeFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', '0');
  for (const address of addresses) {
    const [length, ...flags] = address.includes(':') ? ['128', 'nodad'] : ['32'];
    await run('ip', ['address', 'add', `${address}/${length}`, 'dev', 'lo', ...flags]);
  }
}

export interface EndedInside {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program of the fleet inside a new namespace. All that it started is gone when this resolves, its directory
 * too. With `terminal` its output is shown instead of kept.
 */
export async function runInside(
  program: string,
  args: readonly string[],
  { terminal = false, signal }: { readonly terminal?: boolean; readonly signal?: AbortSignal } = {},
): Promise<EndedInside> {
  const directory = await mkdtemp(path.join(tmpdir(), 'picket-fleet-'));
  try {
    // For the servers that run as nobody.
    execFileSync('chmod', ['755', directory]);
    const child = spawn(
      'unshare',
      [...UNSHARE, '--', process.execPath, '--import', 'tsx', program, ...args],
      {
        cwd: path.resolve(import.meta.dirname, '../..'),
        env: { ...process.env, [MARK]: directory },
        // The standard input tells who is inside that we are still there; see `endWithStarter`.
        stdio: terminal ? ['pipe', 'inherit', 'inherit'] : ['pipe', 'pipe', 'pipe'],
        ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' as const }),
      },
    );
    // Ctrl-C reaches the whole group; who is inside puts things in order, and who is outside waits for that.
    const wait = (): void => {};
    const endNow = (): void => void child.kill('SIGKILL');
    process.on('SIGINT', wait).on('SIGTERM', endNow).on('SIGHUP', endNow);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    return await new Promise<EndedInside>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, endSignal) => {
        process.off('SIGINT', wait).off('SIGTERM', endNow).off('SIGHUP', endNow);
        const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
        resolve({ code, signal: endSignal, stdout: text(stdout), stderr: text(stderr) });
      });
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
