import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';

export interface Measured {
  readonly stdout: string;
  readonly code: number;
  readonly wallMs: number;
  /** User and system time of the program and all that it started. */
  readonly cpuMs: number;
  /** Of the largest of its processes. */
  readonly maxRssMb: number;
}

/** The kernel tells a parent what its children cost; Node does not pass that on, Python does. */
const WATCH = `
import json, resource, subprocess, sys, time
out, limit, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
start = time.monotonic()
with open(out, 'wb') as file:
    try:
        code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.DEVNULL, timeout=limit).returncode
    except subprocess.TimeoutExpired:
        code = -1
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({'code': code, 'wallMs': (time.monotonic() - start) * 1000,
  'cpuMs': (used.ru_utime + used.ru_stime) * 1000, 'maxRssMb': used.ru_maxrss / 1024}))
`;

let runs = 0;

/** Runs a program to its end, or for at most `limitSeconds`; its code is -1 then. */
export async function measured(
  directory: string,
  command: readonly string[],
  limitSeconds = 600,
): Promise<Measured> {
  const file = path.join(directory, `output-${(runs += 1)}`);
  const child = spawn('python3', ['-c', WATCH, file, String(limitSeconds), ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command[0] ?? ''} could not be run.`));
    });
  });
  const used = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Omit<Measured, 'stdout'>;
  const stdout = await readFile(file, 'utf8');
  await rm(file, { force: true });
  return { ...used, stdout };
}

/** Several runs one after the other, as one. */
export function together(parts: readonly Measured[]): Omit<Measured, 'stdout' | 'code'> {
  const sum = (of: (part: Measured) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    wallMs: sum(({ wallMs }) => wallMs),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    maxRssMb: Math.max(0, ...parts.map(({ maxRssMb }) => maxRssMb)),
  };
}
