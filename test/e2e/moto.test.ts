import { EnableSecurityHubCommand } from '@aws-sdk/client-securityhub';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { createAws } from '../../src/aws/clients.ts';
import type { CoverageEntry, RunSummary } from '../../src/domain/run.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { startFleet } from '../../src/sandbox/fleet/fleet.ts';
import { readFindings } from '../../src/securityhub/read-back.ts';
import { createMotoEstate } from '../support/moto-estate.ts';
import { describeWithMoto, motoAccountId, motoCredentials, startMotoServer } from '../support/moto-server.ts';
import { repository, runPicket, startService } from '../support/picket.ts';

const region = 'eu-central-1';

describeWithMoto('the whole run against moto', () => {
  it('goes from DescribeNetworkInterfaces to GetFindings over HTTP', { timeout: 180_000 }, async () => {
    const moto = await startMotoServer();
    onTestFinished(() => moto.close());
    const fleet = await startFleet({ network: '127.31.12' });
    onTestFinished(() => fleet.close());
    const aws = createAws({ endpoint: moto.endpoint, credentials: motoCredentials });
    onTestFinished(() => aws.close());

    const hosts = fleet.hosts.filter(({ name }) => ['portal', 'jump-box', 'contractor'].includes(name));
    await aws.securityHub(region).send(new EnableSecurityHubCommand({ EnableDefaultStandards: false }));
    await createMotoEstate(aws.ec2(region), {
      ports: [...new Set(hosts.flatMap(({ ports }) => ports.map(({ port }) => port)))],
      instances: hosts.map(({ name, address, purpose }) => ({
        address,
        tags: { Name: name, Purpose: purpose },
      })),
    });

    const directory = await mkdtemp(path.join(tmpdir(), 'picket-moto-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await cp(path.join(repository, 'config'), path.join(directory, 'config'), { recursive: true });
    await writeFile(
      path.join(directory, 'config', 'picket.yaml'),
      stringify({
        version: 1,
        authorisations: [
          {
            id: 'moto',
            grantedBy: 'the test',
            ticket: 'MOTO-1',
            contact: 'security@example.com',
            from: '2026-01-01',
            until: '2099-01-01',
            covers: { accounts: [motoAccountId], tags: { Purpose: 'scan' } },
          },
        ],
        schedules: [],
        regions: [region],
      }),
    );
    const environment = {
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ACCESS_KEY_ID: motoCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: motoCredentials.secretAccessKey,
      AWS_REGION: region,
      PICKET_SANDBOX: '1',
      PICKET_CONFIG_DIR: path.join(directory, 'config'),
      PICKET_DATA_DIR: path.join(directory, 'data'),
    };
    await startService(environment);
    const { code, stdout, stderr } = await runPicket(['scan', '--all', '--json'], environment);
    expect(code, stderr).toBe(0);
    const result = JSON.parse(stdout) as {
      summary: RunSummary;
      findings: Finding[];
      coverage: CoverageEntry[];
    };
    const outcomes = Object.fromEntries(result.coverage.map(({ address, outcome }) => [address, outcome]));
    for (const { address, purpose } of hosts) {
      expect(outcomes[address]).toBe(purpose === 'scan' ? 'scanned' : 'not-authorised');
    }
    const checks = new Set(result.findings.map(({ checkId }) => checkId));
    expect(checks).toContain('certificate-expired');
    expect(checks).toContain('ssh-weak-key-exchange');
    // The exposure was read too: findings name the rule that lets the internet in.
    const rules = result.findings.map(({ content }) => content.reachability);
    expect(
      rules.every(({ verdict, rule }) => verdict === 'allowed' && rule?.securityGroupRuleId !== undefined),
    ).toBe(true);

    const held = async (): Promise<string[]> => {
      const destination = { accountId: motoAccountId, region };
      const ids: string[] = [];
      for await (const { Id } of readFindings(aws.securityHub(region), { destination, partition: 'aws' })) {
        ids.push(Id ?? '');
      }
      return ids;
    };
    await expect.poll(async () => (await held()).length, { timeout: 30_000 }).toBe(result.findings.length);
    expect(fleet.hosts.find(({ purpose }) => purpose === 'leave-alone')?.connections).toBe(0);
    expect(fleet.stranger.connections).toBe(0);
  });
});
