import { describe, expect, it } from 'vitest';
import type { CoverageEntry, RunSummary } from '../../src/domain/run.ts';
import { openSandbox, runPicket, startService } from '../support/picket.ts';

interface ScanResult {
  readonly summary: RunSummary;
  readonly coverage: CoverageEntry[];
}

describe('a call that IAM denies', () => {
  it(
    'is named with action and role, leaves its Region uncovered, and resolves nothing',
    { timeout: 120_000 },
    async () => {
      const sandbox = await openSandbox('127.31.9');
      const { environment } = sandbox;
      await startService(environment);
      const scan = async (): Promise<ScanResult> => {
        const { code, stdout, stderr } = await runPicket(['scan', '--all', '--json'], environment);
        expect(code, stderr).toBe(0);
        return JSON.parse(stdout) as ScanResult;
      };
      const first = await scan();
      expect(first.summary.status).toBe('completed');
      const archived = (): number =>
        sandbox.regions
          .flatMap((region) => sandbox.aws.securityHub.findings(sandbox.accountId, region))
          .filter(({ RecordState }) => RecordState === 'ARCHIVED').length;

      // Everything is mended, but one Region cannot be read any more.
      for (const { name, mendable } of sandbox.fleet.hosts) if (mendable) await sandbox.fleet.mend(name);
      const denied = 'us-east-1';
      sandbox.aws.faults.add({
        service: 'ec2',
        action: 'DescribeNetworkInterfaces',
        region: denied,
        kind: 'deny',
      });
      const second = await scan();
      expect(second.summary.status).toBe('partial');
      const [problem] = second.summary.problems;
      expect(problem).toContain('us-east-1');
      expect(problem).toContain('ec2:DescribeNetworkInterfaces');
      expect(problem).toMatch(/arn:aws:(sts|iam)::111122223333:/);
      const uncovered = second.coverage.filter(({ endpointId }) => endpointId.includes(`/${denied}/`));
      expect(uncovered.length).toBeGreaterThan(0);
      expect(uncovered.every(({ outcome }) => outcome === 'not-covered')).toBe(true);

      const findings = JSON.parse(
        (await runPicket(['findings', '--state', 'resolved', '--json'], environment)).stdout,
      ) as { region: string }[];
      expect(findings.length).toBeGreaterThan(0);
      expect(findings.every(({ region }) => region !== denied)).toBe(true);

      // With the permission back, the rest is resolved on evidence.
      sandbox.aws.faults.clear();
      const third = await scan();
      expect(third.summary.status).toBe('completed');
      expect(third.summary.findings.resolved).toBeGreaterThan(0);
      const open = JSON.parse((await runPicket(['findings', '--json'], environment)).stdout) as unknown[];
      // A server that was mended may have something new, such as TLS without post-quantum key exchange.
      const total = [first, second, third].reduce((sum, { summary }) => sum + summary.findings.opened, 0);
      await expect.poll(archived, { timeout: 15_000 }).toBe(total - open.length);
    },
  );
});
