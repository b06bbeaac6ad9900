import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { findProgram } from '../support/requires.ts';
import {
  makeServerDirectory,
  onFreePort,
  startServerProcess,
  unprivileged,
} from '../support/server-process.ts';

// Real SSH servers on 127.0.0.1, without privileges, until the test is over.

/** Runs a program to its end and gives what it prints. Raises when it fails, unless its code means something else. */
export function run(program: string, options: readonly string[], anyCode = false): string {
  const { status, stdout, stderr, error } = spawnSync(program, options, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0 && !anyCode) throw new Error(`${program} ended with ${String(status)}: ${stderr}`);
  return stdout;
}

/** A folder for keys until the test is over. */
export function keyFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'picket-ssh-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a key pair with ssh-keygen and gives the path of its private half. */
export function makeKey(folder: string, name: string, ...kind: string[]): string {
  const file = path.join(folder, name);
  run('ssh-keygen', ['-q', '-N', '', '-f', file, ...kind]);
  return file;
}

/** A key in Dropbear's form. */
export function makeDropbearKey(folder: string, name: string, ...kind: string[]): string {
  const file = path.join(folder, name);
  run('dropbearkey', [...kind, '-f', file]);
  return file;
}

/** The fingerprint and the size as `ssh-keygen -l` says them. */
export function described(file: string): { bits: number; fingerprint: string } {
  const [bits, fingerprint] = run('ssh-keygen', ['-l', '-f', file]).split(' ');
  return { bits: Number(bits), fingerprint: fingerprint ?? '' };
}

/** OpenSSH's server with these keys and options; its port. */
export async function sshd(
  folder: string,
  keys: readonly string[],
  options: readonly string[],
): Promise<number> {
  const fixed = ['UsePAM=no', 'StrictModes=no', 'PidFile=none', 'ListenAddress=127.0.0.1'];
  return serve(folder, 'sshd', /Server listening on/, (port) => [
    '-D',
    '-e',
    '-f',
    '/dev/null',
    ...keys.flatMap((key) => ['-h', key]),
    ...[...fixed, ...options, `Port=${port}`].flatMap((option) => ['-o', option]),
  ]);
}

/** Dropbear with these keys and options; its port. */
export async function dropbear(
  folder: string,
  keys: readonly string[],
  options: string[] = [],
): Promise<number> {
  return serve(folder, 'dropbear', /Not backgrounding/, (port) => [
    '-F',
    '-E',
    '-p',
    `127.0.0.1:${port}`,
    '-P',
    path.join(folder, 'pid'),
    ...keys.flatMap((key) => ['-r', key]),
    ...options,
  ]);
}

async function serve(
  folder: string,
  name: string,
  ready: RegExp,
  argumentsFor: (port: number) => string[],
): Promise<number> {
  const program = findProgram(name);
  if (program === undefined) throw new Error(`${name} is not installed`);
  const { uid, gid } = { uid: undefined, gid: undefined, ...unprivileged };
  if (uid !== undefined && gid !== undefined) {
    for (const file of ['.', ...readdirSync(folder)]) chownSync(path.join(folder, file), uid, gid);
  }
  const { server, port } = await onFreePort(async (free) => ({
    server: await startServerProcess({
      program,
      arguments: argumentsFor(free),
      directory: await makeServerDirectory(name),
      ready,
      stopSignal: 'SIGTERM',
    }),
    port: free,
  }));
  onTestFinished(() => server.stop());
  return port;
}
