import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import { DescribeHubCommand, EnableSecurityHubCommand } from '@aws-sdk/client-securityhub';
import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createAws } from '../../src/aws/clients.ts';
import type { Aws } from '../../src/aws/clients.ts';
import { toAsff } from '../../src/securityhub/asff.ts';
import { createPacer } from '../../src/securityhub/pacer.ts';
import { drainDestination } from '../../src/securityhub/publish.ts';
import { readFindings } from '../../src/securityhub/read-back.ts';
import { createMotoEstate } from '../support/moto-estate.ts';
import { describeWithMoto, motoCredentials, startMotoServer } from '../support/moto-server.ts';
import type { MotoServer } from '../support/moto-server.ts';
import { aFinding, destination, manyFindings } from './a-finding.ts';
import { MemoryOutbox } from './memory-outbox.ts';

describeWithMoto('publishing to moto over HTTP', () => {
  let moto: MotoServer;
  let aws: Aws;

  beforeAll(async () => {
    moto = await startMotoServer();
  });
  beforeEach(async () => {
    await moto.reset();
    aws?.close();
    aws = createAws({ endpoint: moto.endpoint, credentials: motoCredentials, maxAttempts: 1 });
  });
  afterAll(async () => {
    aws?.close();
    await moto?.close();
  });

  const client = () => aws.securityHub(destination.region);
  const drain = (outbox: MemoryOutbox) =>
    drainDestination({ outbox, client: client(), destination, partition: 'aws', pacer: createPacer() });

  async function readAll(): Promise<Map<string, AwsSecurityFinding>> {
    const found = new Map<string, AwsSecurityFinding>();
    for await (const finding of readFindings(client(), { destination, partition: 'aws' })) {
      found.set(finding.Id ?? '', finding);
    }
    return found;
  }

  it('sends findings that come back from GetFindings as they were sent', async () => {
    await client().send(new EnableSecurityHubCommand({ EnableDefaultStandards: false }));
    const hub = await client().send(new DescribeHubCommand({}));
    expect(hub.HubArn).toContain(`:${destination.region}:${destination.accountId}:hub/default`);

    const findings = [
      ...manyFindings(120),
      aFinding({ port: 22, content: { title: 'Ünïcode 漢字 😀 "quoted"', severity: 'LOW' } }),
      aFinding({ port: 23, content: { endpoint: { instanceId: null } } }),
    ];
    const outbox = new MemoryOutbox(findings);
    expect(await drain(outbox)).toEqual({ published: 122, rejected: 0, calls: 2 });
    const stored = await readAll();
    expect(stored.size).toBe(122);
    for (const finding of findings) {
      const sent = toAsff(finding, { partition: 'aws' });
      expect(stored.get(sent.Id ?? '')).toEqual(sent);
    }
    expect(await drain(outbox)).toEqual({ published: 0, rejected: 0, calls: 0 });
  });

  it('archives a resolved finding in place', async () => {
    await client().send(new EnableSecurityHubCommand({ EnableDefaultStandards: false }));
    const finding = aFinding();
    const outbox = new MemoryOutbox([finding]);
    await drain(outbox);
    outbox.findings.set(finding.id, {
      ...finding,
      state: 'resolved',
      resolution: 'observed again and found good',
      resolvedAt: '2026-03-02T10:00:00.000Z',
      updatedAt: '2026-03-02T10:00:00.000Z',
      revision: 2,
      publishedRevision: 1,
    });
    expect(await drain(outbox)).toMatchObject({ published: 1 });
    const stored = [...(await readAll()).values()];
    expect(stored).toHaveLength(1);
    expect(stored[0]).toMatchObject({ RecordState: 'ARCHIVED', CreatedAt: finding.firstSeenAt });
  });

  it('publishes about an instance that moto holds, at the address that it was asked for', async () => {
    await client().send(new EnableSecurityHubCommand({ EnableDefaultStandards: false }));
    const { region } = destination;
    const { instances, vpcId, subnetId } = await createMotoEstate(aws.ec2(region), {
      ports: [6379],
      instances: [{ address: '127.0.77.1', tags: { owner: 'payments' } }],
    });
    const [instance] = instances;
    const { NetworkInterfaces: [found] = [] } = await aws
      .ec2(region)
      .send(
        new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [instance?.networkInterfaceId ?? ''] }),
      );
    expect(found?.Association?.PublicIp).toBe('127.0.77.1');
    expect(found?.Attachment?.InstanceId).toBe(instance?.instanceId);
    const endpoint = { instanceId: instance?.instanceId ?? null, address: '127.0.77.1', vpcId, subnetId };
    expect(await drain(new MemoryOutbox([aFinding({ content: { endpoint } })]))).toMatchObject({
      published: 1,
    });
    const [stored] = (await readAll()).values();
    expect(stored?.Resources?.[0]?.Id).toBe(
      `arn:aws:ec2:${region}:${destination.accountId}:instance/${instance?.instanceId}`,
    );
  });
});
