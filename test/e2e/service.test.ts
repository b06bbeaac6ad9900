import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import type { CoverageEntry, Run, RunSummary } from '../../src/domain/run.ts';
import { openSandbox, runPicket, startService } from '../support/picket.ts';

interface ScanResult {
  readonly summary: RunSummary;
  readonly findings: Finding[];
  readonly coverage: CoverageEntry[];
}

describe('the service, embedded', () => {
  it('scans what is asked for, shows it, and ends cleanly', { timeout: 120_000 }, async () => {
    const sandbox = await openSandbox('127.31.1');
    const { environment } = sandbox;
    const service = await startService(environment);

    const all = await runPicket(['scan', '--all', '--json', '--reason', 'test'], environment);
    expect(all.stderr.replaceAll(/\(node:.*|.*--trace-warnings.*/g, '')).toContain('scanning');
    expect(all.code).toBe(0);
    const { summary, findings, coverage } = JSON.parse(all.stdout) as ScanResult;
    expect(summary.status).toBe('completed');
    expect(summary.findings.opened).toBe(findings.length);
    expect(coverage).toHaveLength(16);
    expect(coverage.filter(({ outcome }) => outcome === 'scanned')).toHaveLength(14);
    expect(coverage.find(({ outcome }) => outcome === 'not-authorised')?.reason).toContain('SANDBOX-1');

    const portal = sandbox.fleet.hosts.find(({ name }) => name === 'portal');
    const byAddress = await runPicket(
      ['scan', '--endpoint', portal?.address ?? '', '--fail-on', 'high'],
      environment,
    );
    expect(byAddress.code).toBe(2);
    expect(byAddress.stdout).toContain('certificate-expired');
    expect(byAddress.stdout).toContain('1 scanned');
    // Below that there may be what Node's own TLS cannot do better.
    const byTag = await runPicket(['scan', '--tag', 'Name=shop', '--fail-on', 'low'], environment);
    expect(byTag).toMatchObject({ code: 0, stdout: expect.stringContaining('1 scanned') as string });
    const instance = findings.find(({ content }) => content.endpoint.tags['Name'] === 'files');
    const byInstance = await runPicket(
      ['scan', '--instance', instance?.content.endpoint.instanceId ?? '', '--json'],
      environment,
    );
    expect((JSON.parse(byInstance.stdout) as ScanResult).coverage).toHaveLength(1);

    const unknown = await runPicket(['scan', '--endpoint', sandbox.fleet.stranger.address], environment);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(
      /Scan request refused, nothing was scanned .*127\.31\.1\.66.*discovery has found/,
    );

    const runs = JSON.parse((await runPicket(['runs', '--json'], environment)).stdout) as Run[];
    expect(runs).toHaveLength(5);
    expect(runs[0]).toMatchObject({ status: 'failed', trigger: 'ad-hoc' });
    const shown = await runPicket(['run', summary.runId.slice(0, 10)], environment);
    expect(shown.stdout).toContain(`Run ${summary.runId}: completed`);
    const listed = await runPicket(['findings', '--severity', 'critical'], environment);
    expect(listed.stdout).toContain('http-env-file-exposed');
    expect(listed.stdout).not.toContain('ssh-reachable');
    const endpoints = JSON.parse((await runPicket(['endpoints', '--json'], environment)).stdout) as unknown[];
    expect(endpoints).toHaveLength(16);
    const table = await runPicket(['endpoints', '--tag', 'Name=portal'], environment);
    expect(table.stdout).toContain(`${portal?.ports[0]?.port ?? ''}/tcp`);

    expect(sandbox.fleet.stranger.connections).toBe(0);
    expect(sandbox.fleet.hosts.find(({ purpose }) => purpose === 'leave-alone')?.connections).toBe(0);
    expect(sandbox.aws.calls.of({ action: 'BatchImportFindings', outcome: 'ok' }).length).toBeGreaterThan(0);

    const started = performance.now();
    service.kill('SIGTERM');
    expect(await service.ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - started).toBeLessThan(10_000);

    // Without a service the ledger can still be read, and a scan says what is missing.
    const offline = await runPicket(['findings', '--json'], environment);
    expect(JSON.parse(offline.stdout)).toHaveLength(findings.length);
    const refused = await runPicket(['scan', '--all'], environment);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('No service is running that could scan');
  });

  it(
    'hands back a scan in flight on SIGTERM and finishes it after the next start',
    { timeout: 120_000 },
    async () => {
      const sandbox = await openSandbox('127.31.2');
      // A pace at which the run cannot be over before the signal comes.
      await edit(sandbox.environment, 'profiles.yaml', (text) =>
        text
          .replaceAll(/endpointsAtOnce: \d+/g, 'endpointsAtOnce: 1')
          .replaceAll(/connectionsPerSecondPerHost: \d+/g, 'connectionsPerSecondPerHost: 60'),
      );
      const service = await startService(sandbox.environment);
      const asked = await runPicket(['scan', '--all', '--no-wait'], sandbox.environment);
      expect(asked.code).toBe(0);
      const runId = asked.stdout.trim();
      await until(async () => (await progressOf(runId, sandbox.environment)).coverage['scanned'] !== 0);

      const started = performance.now();
      service.kill('SIGTERM');
      expect((await service.ended).code).toBe(0);
      expect(performance.now() - started).toBeLessThan(10_000);
      const before = await progressOf(runId, sandbox.environment);
      expect(before.coverage['planned']).toBeGreaterThan(0);

      await edit(sandbox.environment, 'profiles.yaml', (text) =>
        text
          .replaceAll(/endpointsAtOnce: \d+/g, 'endpointsAtOnce: 10')
          .replaceAll(/connectionsPerSecondPerHost: \d+/g, 'connectionsPerSecondPerHost: 50'),
      );
      await startService(sandbox.environment);
      await until(async () => (await progressOf(runId, sandbox.environment)).status === 'completed');
      const after = await progressOf(runId, sandbox.environment);
      expect(after.coverage).toMatchObject({ planned: 0, scanned: 14, failed: 0 });
    },
  );

  it('takes a chunk over from a service that was killed', { timeout: 300_000 }, async () => {
    const sandbox = await openSandbox('127.31.3');
    await edit(sandbox.environment, 'profiles.yaml', (text) =>
      text
        .replaceAll(/endpointsAtOnce: \d+/g, 'endpointsAtOnce: 1')
        .replaceAll(/connectionsPerSecondPerHost: \d+/g, 'connectionsPerSecondPerHost: 8'),
    );
    const service = await startService(sandbox.environment);
    const asked = await runPicket(['scan', '--all', '--no-wait'], sandbox.environment);
    const runId = asked.stdout.trim();
    await until(async () => (await progressOf(runId, sandbox.environment)).coverage['scanned'] !== 0);
    service.kill('SIGKILL');
    await service.ended;

    await startService(sandbox.environment);
    await until(async () => (await progressOf(runId, sandbox.environment)).status === 'completed', 240_000);
    expect((await progressOf(runId, sandbox.environment)).coverage).toMatchObject({ scanned: 14, failed: 0 });
  });
});

async function progressOf(runId: string, environment: Readonly<Record<string, string>>): Promise<RunSummary> {
  const shown = await runPicket(['run', runId, '--json'], environment);
  if (shown.code !== 0) return { status: 'planning', coverage: { scanned: 0 } } as unknown as RunSummary;
  return (JSON.parse(shown.stdout) as { summary: RunSummary }).summary;
}

async function edit(
  environment: Readonly<Record<string, string>>,
  file: string,
  change: (text: string) => string,
): Promise<void> {
  const name = path.join(environment['PICKET_CONFIG_DIR'] ?? '', file);
  await writeFile(name, change(await readFile(name, 'utf8')));
}

async function until(holds: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > withinMs) throw new Error('It did not come to that in time');
  }
}
