import type { Endpoint } from '../../src/domain/endpoint.ts';
import { endpointId } from '../../src/domain/endpoint.ts';
import { findingId } from '../../src/domain/finding.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { Run } from '../../src/domain/run.ts';

/** The `number`th endpoint of the sandbox's account, at an address of its own. */
export function makeEndpoint(number: number, changes: Partial<Omit<Endpoint, 'id'>> = {}): Endpoint {
  const low = number % 250;
  const high = Math.floor(number / 250);
  const endpoint = {
    accountId: '111122223333',
    partition: 'aws',
    region: 'eu-central-1',
    networkInterfaceId: `eni-${number.toString(16).padStart(17, '0')}`,
    address: `127.1.${high}.${low}`,
    family: 4,
    privateAddress: `10.0.${high}.${low}`,
    vpcId: 'vpc-00000000000000001',
    subnetId: 'subnet-00000000000000001',
    securityGroupIds: ['sg-00000000000000001', 'sg-00000000000000002'],
    interfaceType: 'interface',
    requesterManaged: false,
    instanceId: `i-${number.toString(16).padStart(17, '0')}`,
    instanceType: 't3.micro',
    instanceState: 'running',
    tags: { Name: `host-${number}` },
    exposure: {
      state: 'known',
      rules: [
        {
          securityGroupId: 'sg-00000000000000001',
          securityGroupRuleId: 'sgr-00000000000000001',
          transport: 'tcp',
          fromPort: 22,
          toPort: 22,
          source: '0.0.0.0/0',
        },
      ],
      networkAclId: null,
      networkAclEntries: [],
      internetGatewayId: 'igw-00000000000000001',
    },
    ...changes,
  } satisfies Omit<Endpoint, 'id'>;
  return { ...endpoint, id: endpointId(endpoint) };
}

export function makeRun(id: string, changes: Partial<Run> = {}): Run {
  return {
    id,
    trigger: 'ad-hoc',
    requestedBy: 'a test',
    reason: null,
    selection: {},
    profile: 'standard',
    status: 'planning',
    createdAt: '2026-03-01T10:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    problems: [],
    ...changes,
  };
}

export function makeObservation(endpoint: Endpoint, changes: Partial<Observation> = {}): Observation {
  return {
    endpointId: endpoint.id,
    address: endpoint.address,
    transport: 'tcp',
    port: 6379,
    probe: 'redis',
    name: null,
    status: 'answered',
    detail: null,
    facts: { authRequired: false, version: '7.0.15' },
    observedAt: '2026-03-01T10:00:05.123Z',
    durationMs: 12.5,
    ...changes,
  };
}

export function makeFinding(endpoint: Endpoint, changes: Partial<Finding> = {}): Finding {
  const identity = {
    endpointId: endpoint.id,
    transport: changes.transport ?? 'tcp',
    port: changes.port ?? 6379,
    checkId: changes.checkId ?? 'redis-no-auth',
    discriminator: changes.discriminator ?? '',
  } as const;
  const { exposure: _, ...rest } = endpoint;
  return {
    ...identity,
    id: findingId(identity),
    accountId: endpoint.accountId,
    region: endpoint.region,
    state: 'open',
    content: {
      title: 'Redis answers commands without authentication',
      description: 'Anybody who reaches the port can read and change the data.',
      severity: 'CRITICAL',
      rationale: 'Full access without a credential',
      category: 'Effects/Data Exposure/Unauthenticated Datastore',
      remediation: { text: 'Set requirepass or an ACL.' },
      requirements: ['pci-dss-4.0.1/2.2.6'],
      probe: 'redis',
      evidence: { authRequired: false },
      reachability: { verdict: 'allowed', rule: null, reason: 'sgr-1 of sg-1 allows 0.0.0.0/0' },
      endpoint: rest,
    },
    firstSeenAt: '2026-03-01T10:00:05.123Z',
    lastSeenAt: '2026-03-01T10:00:05.123Z',
    timesSeen: 1,
    resolvedAt: null,
    resolution: null,
    unreachableRuns: 0,
    lastRunId: 'run-1',
    updatedAt: '2026-03-01T10:00:05.123Z',
    revision: 1,
    publishedRevision: 0,
    ...changes,
  };
}
