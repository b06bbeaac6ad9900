import { endpointId } from '../../src/domain/endpoint.ts';
import { findingId } from '../../src/domain/finding.ts';
import type { Destination, Finding, FindingContent } from '../../src/domain/finding.ts';

export const destination: Destination = { accountId: '111122223333', region: 'eu-central-1' };

const FIRST = '2026-03-01T10:00:00.000Z';

export type Changes = Partial<Omit<Finding, 'content'>> & {
  readonly content?: Partial<Omit<FindingContent, 'endpoint'>> & {
    readonly endpoint?: Partial<FindingContent['endpoint']>;
  };
};

/** An open finding on Redis at an instance in Frankfurt, with whatever the test wants different. */
export function aFinding(changes: Changes = {}): Finding {
  const parts = {
    accountId: destination.accountId,
    region: destination.region,
    networkInterfaceId: 'eni-0a1b2c3d4e5f60718',
    privateAddress: '10.0.1.20',
    address: '203.0.113.20',
  };
  const { content: contentChanges = {}, ...rest } = changes;
  const { endpoint: endpointChanges = {}, ...moreContent } = contentChanges;
  const identity = {
    endpointId: endpointId(parts),
    transport: 'tcp' as const,
    port: 6379,
    checkId: 'redis-no-auth',
    discriminator: '',
    ...pickIdentity(rest),
  };
  return {
    ...identity,
    id: findingId(identity),
    accountId: destination.accountId,
    region: destination.region,
    state: 'open',
    content: {
      title: 'Redis answers commands without authentication',
      description: 'Anyone who reaches the port can read, change and delete all data.',
      severity: 'CRITICAL',
      rationale: '9.8 anyone can read, write and run code',
      category: 'Effects/Data Exposure/Unauthenticated Datastore',
      remediation: {
        text: 'Require a password and bind to a private address.',
        url: 'https://redis.io/docs/',
      },
      requirements: ['pci-dss-4.0.1/2.2.6', 'nist-800-53-r5/AC-3'],
      probe: 'redis',
      evidence: { authRequired: false, version: '7.2.4' },
      reachability: {
        verdict: 'allowed',
        reason: 'sgr-0123456789abcdef0 of sg-0123456789abcdef0 allows 0.0.0.0/0',
        rule: {
          securityGroupId: 'sg-0123456789abcdef0',
          securityGroupRuleId: 'sgr-0123456789abcdef0',
          transport: 'tcp',
          fromPort: 6379,
          toPort: 6379,
          source: '0.0.0.0/0',
        },
      },
      endpoint: {
        ...parts,
        id: endpointId(parts),
        partition: 'aws',
        family: 4,
        vpcId: 'vpc-0123456789abcdef0',
        subnetId: 'subnet-0123456789abcdef0',
        securityGroupIds: ['sg-0123456789abcdef0'],
        interfaceType: 'interface',
        requesterManaged: false,
        instanceId: 'i-0123456789abcdef0',
        instanceType: 't3.small',
        instanceState: 'running',
        tags: { Name: 'cache', owner: 'payments' },
        ...endpointChanges,
      },
      ...moreContent,
    },
    firstSeenAt: FIRST,
    lastSeenAt: FIRST,
    timesSeen: 1,
    resolvedAt: null,
    resolution: null,
    unreachableRuns: 0,
    lastRunId: 'run-1',
    updatedAt: FIRST,
    revision: 1,
    publishedRevision: 0,
    ...rest,
  };
}

/** So many findings, each at a port of its own, in the order of their ids. */
export function manyFindings(count: number, changes: Changes = {}): Finding[] {
  return Array.from({ length: count }, (_, index) => aFinding({ ...changes, port: 1000 + index })).toSorted(
    (left, right) => (left.id < right.id ? -1 : 1),
  );
}

function pickIdentity(changes: Partial<Finding>): Partial<Finding> {
  const keys = ['endpointId', 'transport', 'port', 'checkId', 'discriminator'] as const;
  return Object.fromEntries(keys.filter((key) => key in changes).map((key) => [key, changes[key]]));
}
