import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type SecureVersion } from 'node:tls';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { findProgram } from '../../support/requires.ts';
import type { Identity } from '../certificates.ts';

const run = promisify(execFile);
/** Tests that need it are skipped where it is missing. */
const program = findProgram('openssl') ?? 'openssl';

/** `openssl s_server` on a free port of 127.0.0.1, with these certificates, until the test is over. */
export async function opensslServer(
  identities: readonly Identity[],
  options: readonly string[],
): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'picket-openssl-'));
  const files: string[] = [];
  for (const [index, { key, cert }] of identities.entries()) {
    const file = join(directory, `${index}.pem`);
    await writeFile(file, `${key}\n${cert}`);
    const prefix = index === 0 ? '-' : '-d';
    files.push(`${prefix}cert`, file, `${prefix}key`, file);
  }
  const certificates = identities.length === 0 ? ['-nocert'] : files;
  const child = spawn(program, ['s_server', '-accept', '127.0.0.1:0', ...certificates, ...options]);
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  });
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (data: Buffer): void => {
      output = `${output}${data.toString()}`.slice(-10_000);
      const port = /^ACCEPT 127\.0\.0\.1:(\d+)$/m.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => reject(new Error(`openssl s_server ended:\n${output}`)));
  });
}

/** OpenSSL's own names of the suites before TLS 1.3 in a cipher string. */
export async function opensslSuites(ciphers: string): Promise<string[]> {
  const { stdout } = await run(program, ['ciphers', ciphers]);
  return stdout
    .trim()
    .split(':')
    .filter((name) => !name.startsWith('TLS_'));
}

/** The version and the standard name of the suite that OpenSSL as a client agrees on, or null. */
export function handshake(
  port: number,
  version: SecureVersion,
  options: ConnectionOptions,
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      minVersion: version,
      maxVersion: version,
      rejectUnauthorized: false,
      ...options,
    });
    socket.once('secureConnect', () => {
      resolve(`${version} ${socket.getCipher().standardName}`);
      socket.destroy();
    });
    socket.once('error', () => resolve(null));
  });
}
