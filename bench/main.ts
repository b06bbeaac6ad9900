/**
 * `npm run bench` runs every benchmark, `npm run bench -- scan` one; prints results as lines of JSON.
 *
 * The sources are compiled first, because the compiled output is what the service runs: tsx adds a call to every
 * closure, which costs as much as some of what is measured. Each benchmark has a process of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const names = ['scan', 'memory'];

/** Whatever takes longer is cut off. */
const LIMIT_MS = 290_000;
/** How long a benchmark may take to end its servers. */
const GRACE_MS = 15_000;

const root = path.resolve(import.meta.dirname, '..');

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !names.includes(name));
if (unknown === undefined) {
  await main();
} else {
  console.error(`There is no benchmark "${unknown}", only ${names.join(' and ')}.`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
  const signal = AbortSignal.any([limit, interrupted.signal]);
  const directory = await mkdtemp(path.join(tmpdir(), 'picket-bench-'));
  try {
    await compile(directory, signal);
    for (const name of chosen.length === 0 ? names : chosen) {
      await run([path.join(directory, 'bench/bench-child.js'), name], signal);
    }
  } catch (error) {
    console.error(limit.aborted ? `Cut off after ${LIMIT_MS / 1000} s.` : (error as Error).message);
    process.exitCode = 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Compiles sources and benchmarks into a directory in which they find all that they need. */
async function compile(directory: string, signal: AbortSignal): Promise<void> {
  const within = (name: string): string => path.join(root, name);
  await run(
    [within('node_modules/typescript/bin/tsc'), '-p', within('bench'), '--outDir', directory],
    signal,
  );
  for (const name of ['package.json', 'config', 'src/ledger/migrations']) {
    await cp(within(name), path.join(directory, name), { recursive: true });
  }
  await symlink(within('node_modules'), path.join(directory, 'node_modules'), 'junction');
}

/** Runs Node until it ends. When `signal` is aborted, it is told to end, and made to after the grace. */
async function run(args: readonly string[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  let force: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGTERM');
    force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`${path.basename(args[0] ?? '')} ${args.slice(1).join(' ')} failed.`);
  } finally {
    clearTimeout(force);
    signal.removeEventListener('abort', stop);
  }
}
