import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSandbox, repository, runPicket } from '../support/picket.ts';

/** Credentials that are well-formed, and an endpoint at which nobody listens. */
const nowhere = {
  AWS_ACCESS_KEY_ID: 'ASIASANDBOXEXAMPLE00',
  AWS_SECRET_ACCESS_KEY: 'not/a/real/secret',
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
};

async function scratch(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'picket-bad-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function configWith(file: string, change: (text: string) => string): Promise<string> {
  const directory = path.join(await scratch(), 'config');
  await cp(path.join(repository, 'config'), directory, { recursive: true });
  const name = path.join(directory, file);
  await writeFile(name, change(await readFile(name, 'utf8')));
  return directory;
}

describe('picket up stops at the start with one sentence', () => {
  it('without AWS credentials, and says how to start the sandbox', async () => {
    const data = await scratch();
    const { code, stderr } = await runPicket(['up'], {
      PICKET_DATA_DIR: data,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^picket: .*credentials.*npm run (sandbox|demo)/);
  });

  it('when AWS cannot be reached', async () => {
    const { code, stderr } = await runPicket(['up'], { ...nowhere, PICKET_DATA_DIR: await scratch() });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^picket: .*GetCallerIdentity/);
    expect(stderr).not.toContain('not/a/real/secret');
  });

  it.each([
    ['picket.yaml', (text: string) => `${text}\nexcludes: []\n`, /excludes.*picket\.yaml:\d+:\d+/],
    [
      'picket.yaml',
      (text: string) => text.replace(/cron: .*/, "cron: '0 0 30 2 *'"),
      /picket\.yaml:\d+:\d+.*0 0 30 2 \*/,
    ],
    [
      'picket.yaml',
      (text: string) => text.replace(/timezone: .*/, 'timezone: Mars/Olympus'),
      /picket\.yaml:\d+:\d+.*Mars\/Olympus/,
    ],
    [
      'checks/redis-no-auth.yaml',
      (text: string) => text.replace('facts.', 'facts.un'),
      /redis-no-auth\.yaml:\d+:\d+/,
    ],
    [
      'checks/redis-no-auth.yaml',
      (text: string) => text.replace(/pci-dss-4\.0\.1\/[0-9.]+/, 'pci-dss-4.0.1/99.9'),
      /pci-dss-4\.0\.1 .*redis-no-auth\.yaml:\d+:\d+.*99\.9/,
    ],
  ])('for a mistake in %s', async (file, change, sentence) => {
    const config = await configWith(file, change);
    const data = path.join(await scratch(), 'data');
    const { code, stderr } = await runPicket(['up'], {
      ...nowhere,
      PICKET_CONFIG_DIR: config,
      PICKET_DATA_DIR: data,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('for an environment variable that looks like ours and is not', async () => {
    const { code, stderr } = await runPicket(['up'], { ...nowhere, PICKET_CONFIG_DIRECTORY: '/etc/picket' });
    expect(code).toBe(1);
    expect(stderr).toContain('PICKET_CONFIG_DIRECTORY');
    expect(stderr).toContain('PICKET_CONFIG_DIR');
  });

  it('for a sandbox together with the real AWS', async () => {
    const { AWS_ENDPOINT_URL: _, ...real } = nowhere;
    const { code, stderr } = await runPicket(['up'], { ...real, PICKET_SANDBOX: '1' });
    expect(code).toBe(1);
    expect(stderr).toContain('PICKET_SANDBOX');
  });

  it('for a database that cannot be reached, without its password', { timeout: 60_000 }, async () => {
    const port = await closedPort();
    const { code, stderr } = await runPicket(['findings'], {
      ...nowhere,
      DATABASE_URL: `postgres://picket:hunter2@127.0.0.1:${port}/picket`,
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).not.toContain('hunter2');
  });

  it('for a Redis that cannot be reached, without its password', { timeout: 90_000 }, async () => {
    const sandbox = await openSandbox('127.31.8');
    const port = await closedPort();
    const { code, stderr } = await runPicket(['up'], {
      ...sandbox.environment,
      REDIS_URL: `redis://:hunter2@127.0.0.1:${port}`,
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('commands refuse what they cannot use', () => {
  it.each([
    [['scan'], 'no selection'],
    [['scan', '--all', '--tag', 'a=b'], 'narrower selection'],
    [['scan', '--tag', 'nonsense'], 'key=value'],
    [['scan', '--all', '--fail-on', 'terrible'], 'critical'],
    [['findings', '--state', 'gone'], 'resolved'],
    [['runs', '--limit', 'many'], 'whole number'],
    [['runs'], 'There is no ledger yet'],
    [['fly'], 'unknown command'],
  ])('picket %j', async (args, sentence) => {
    const data = path.join(await scratch(), 'data');
    const { code, stderr } = await runPicket(args, { PICKET_DATA_DIR: data });
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
