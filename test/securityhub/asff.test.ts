import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FactValue } from '../../src/domain/observation.ts';
import { asffId, toAsff } from '../../src/securityhub/asff.ts';
import { validateAsff } from '../../src/securityhub/validate.ts';
import { aFinding } from './a-finding.ts';

const options = { partition: 'aws' };

describe('toAsff', () => {
  it('maps an open finding to the whole of the format', () => {
    const asff = toAsff(aFinding(), options);
    expect(asff).toEqual({
      SchemaVersion: '2018-10-08',
      Id: 'picket/111122223333/eu-central-1/eni-0a1b2c3d4e5f60718/10.0.1.20/tcp/6379/redis-no-auth',
      ProductArn: 'arn:aws:securityhub:eu-central-1:111122223333:product/111122223333/default',
      ProductName: 'Picket',
      GeneratorId: 'picket/redis-no-auth',
      AwsAccountId: '111122223333',
      CreatedAt: '2026-03-01T10:00:00.000Z',
      FirstObservedAt: '2026-03-01T10:00:00.000Z',
      LastObservedAt: '2026-03-01T10:00:00.000Z',
      UpdatedAt: '2026-03-01T10:00:00.000Z',
      FindingProviderFields: {
        Severity: { Label: 'CRITICAL', Original: '9.8 anyone can read, write and run code' },
        Types: ['Effects/Data Exposure/Unauthenticated Datastore'],
      },
      Title: 'Redis answers commands without authentication (port 6379/tcp)',
      Description:
        'Anyone who reaches the port can read, change and delete all data. ' +
        'Security-group rule sgr-0123456789abcdef0 of sg-0123456789abcdef0 lets the whole internet (0.0.0.0/0) in ' +
        'to TCP port 6379 of 203.0.113.20. Evidence: authRequired = false; version = 7.2.4.',
      Remediation: {
        Recommendation: {
          Text:
            'Require a password and bind to a private address. Smallest change that closes the port: remove ' +
            'security-group rule sgr-0123456789abcdef0 of sg-0123456789abcdef0.',
          Url: 'https://redis.io/docs/',
        },
      },
      Resources: [
        {
          Type: 'AwsEc2Instance',
          Id: 'arn:aws:ec2:eu-central-1:111122223333:instance/i-0123456789abcdef0',
          Partition: 'aws',
          Region: 'eu-central-1',
          Tags: { Name: 'cache', owner: 'payments' },
          Details: {
            AwsEc2Instance: {
              Type: 't3.small',
              IpV4Addresses: ['203.0.113.20', '10.0.1.20'],
              VpcId: 'vpc-0123456789abcdef0',
              SubnetId: 'subnet-0123456789abcdef0',
            },
          },
        },
      ],
      ProductFields: {
        'picket/findingId': aFinding().id,
        'picket/revision': '1',
        'picket/state': 'open',
        'picket/endpointId': '111122223333/eu-central-1/eni-0a1b2c3d4e5f60718/10.0.1.20',
        'picket/address': '203.0.113.20',
        'picket/privateAddress': '10.0.1.20',
        'picket/networkInterfaceId': 'eni-0a1b2c3d4e5f60718',
        'picket/transport': 'tcp',
        'picket/port': '6379',
        'picket/probe': 'redis',
        'picket/checkId': 'redis-no-auth',
        'picket/rationale': '9.8 anyone can read, write and run code',
        'picket/reachability': 'allowed',
        'picket/reachabilityReason': 'sgr-0123456789abcdef0 of sg-0123456789abcdef0 allows 0.0.0.0/0',
        'picket/securityGroupId': 'sg-0123456789abcdef0',
        'picket/securityGroupRuleId': 'sgr-0123456789abcdef0',
        'picket/securityGroupRuleSource': '0.0.0.0/0',
        'picket/securityGroupRulePorts': '6379',
        'picket/evidence/authRequired': 'false',
        'picket/evidence/version': '7.2.4',
      },
      Compliance: { RelatedRequirements: ['pci-dss-4.0.1/2.2.6', 'nist-800-53-r5/AC-3'] },
      RecordState: 'ACTIVE',
    });
    expect(validateAsff(asff)).toEqual([]);
  });

  it('keeps CreatedAt and FirstObservedAt while UpdatedAt and LastObservedAt move on', () => {
    const asff = toAsff(
      aFinding({
        lastSeenAt: '2026-03-05T10:00:00.000Z',
        updatedAt: '2026-03-04T10:00:00.000Z',
        revision: 7,
      }),
      options,
    );
    expect(asff).toMatchObject({
      CreatedAt: '2026-03-01T10:00:00.000Z',
      FirstObservedAt: '2026-03-01T10:00:00.000Z',
      UpdatedAt: '2026-03-04T10:00:00.000Z',
      LastObservedAt: '2026-03-05T10:00:00.000Z',
    });
  });

  it('never sends what belongs to the customer, nor severity and types at the top', () => {
    for (const state of ['open', 'resolved', 'reopened', 'accepted'] as const) {
      const asff = toAsff(aFinding({ state }), options);
      for (const member of [
        'Workflow',
        'WorkflowState',
        'Note',
        'UserDefinedFields',
        'VerificationState',
        'Severity',
        'Types',
        'Confidence',
        'Criticality',
        'RelatedFindings',
      ]) {
        expect(asff).not.toHaveProperty(member);
      }
    }
  });

  it('archives a resolved finding and says why; all others stay active', () => {
    const resolved = toAsff(
      aFinding({
        state: 'resolved',
        resolution: 'the port refuses connections',
        resolvedAt: '2026-03-02T10:00:00.000Z',
        updatedAt: '2026-03-02T10:00:00.000Z',
      }),
      options,
    );
    expect(resolved.RecordState).toBe('ARCHIVED');
    expect(resolved.Description).toContain('Resolved: the port refuses connections.');
    expect(resolved.ProductFields).toMatchObject({
      'picket/state': 'resolved',
      'picket/resolution': 'the port refuses connections',
      'picket/resolvedAt': '2026-03-02T10:00:00.000Z',
    });
    expect(validateAsff(resolved)).toEqual([]);
    expect(toAsff(aFinding({ state: 'reopened' }), options).RecordState).toBe('ACTIVE');
    const accepted = toAsff(aFinding({ state: 'accepted' }), options);
    expect(accepted.RecordState).toBe('ACTIVE');
    expect(accepted.Description).toContain('Accepted as a risk');
  });

  it('gives a compliance status only to checks about a compliance rule, and a pass only to what was found good', () => {
    const category = 'Software and Configuration Checks/Industry and Regulatory Standards/PCI-DSS';
    const status = (changes: Parameters<typeof aFinding>[0]) =>
      toAsff(aFinding({ ...changes, content: { category } }), options).Compliance?.Status;
    expect(toAsff(aFinding(), options).Compliance).not.toHaveProperty('Status');
    expect(status({})).toBe('FAILED');
    expect(status({ state: 'accepted' })).toBe('FAILED');
    expect(status({ state: 'resolved', resolution: 'observed again and found good' })).toBe('PASSED');
    expect(status({ state: 'resolved', resolution: 'the port refuses connections' })).toBe('NOT_AVAILABLE');
  });

  it('says what a wide, a narrow, an absent and an unknown rule means for the port', () => {
    const rule = aFinding().content.reachability.rule;
    if (rule === null) throw new Error('the fixture has a rule');
    const describeWith = (reachability: ReturnType<typeof aFinding>['content']['reachability']) =>
      toAsff(aFinding({ content: { reachability } }), options);
    const wide = describeWith({
      verdict: 'allowed',
      reason: 'r',
      rule: { ...rule, fromPort: 0, toPort: 65535 },
    });
    expect(wide.Description).toContain('TCP port 6379 of 203.0.113.20, with all of 0-65535.');
    expect(wide.Remediation?.Recommendation?.Text).toContain('(ports 0-65535) so that it leaves out 6379.');
    const narrow = describeWith({
      verdict: 'restricted',
      reason: 'r',
      rule: { ...rule, source: '198.51.100.0/24' },
    });
    expect(narrow.Description).toContain('lets 198.51.100.0/24 in to TCP port 6379');
    const blocked = describeWith({ verdict: 'blocked', reason: 'no route', rule: null });
    expect(blocked.Description).toContain(
      "TCP port 6379 of 203.0.113.20 answered although the VPC's configuration does not let the internet in: no route.",
    );
    expect(blocked.Remediation?.Recommendation?.Text).not.toContain('Smallest change');
    const unknown = describeWith({ verdict: 'unknown', reason: 'access denied', rule: null });
    expect(unknown.Description).toContain('is not known: access denied.');
  });

  it('names the network interface when no instance holds it', () => {
    const asff = toAsff(
      aFinding({ content: { endpoint: { instanceId: null, instanceType: null, tags: {} } } }),
      options,
    );
    expect(asff.Resources).toEqual([
      {
        Type: 'AwsEc2NetworkInterface',
        Id: 'arn:aws:ec2:eu-central-1:111122223333:network-interface/eni-0a1b2c3d4e5f60718',
        Partition: 'aws',
        Region: 'eu-central-1',
        Details: {
          AwsEc2NetworkInterface: {
            NetworkInterfaceId: 'eni-0a1b2c3d4e5f60718',
            SecurityGroups: [{ GroupId: 'sg-0123456789abcdef0' }],
            PublicIp: '203.0.113.20',
            PrivateIpAddresses: [{ PrivateIpAddress: '10.0.1.20' }],
          },
        },
      },
    ]);
    expect(validateAsff(asff)).toEqual([]);
  });

  it('puts an IPv6 address among the IPv6 addresses', () => {
    const asff = toAsff(
      aFinding({ content: { endpoint: { family: 6, address: '2001:db8::7', privateAddress: null } } }),
      options,
    );
    expect(asff.Resources?.[0]?.Details?.AwsEc2Instance).toMatchObject({ IpV6Addresses: ['2001:db8::7'] });
    expect(asff.Resources?.[0]?.Details?.AwsEc2Instance).not.toHaveProperty('IpV4Addresses');
    expect(asff.ProductFields).not.toHaveProperty('picket/privateAddress');
  });

  it.each([
    ['aws-cn', 'aws-cn'],
    ['aws-us-gov', 'aws-us-gov'],
    ['aws-iso', 'aws-us-iso'],
    ['aws-iso-b', 'aws-us-iso-b'],
    ['aws-eusc', undefined],
    ['aws-iso-f', undefined],
  ])('writes ARNs of partition %s, and the field only where the format knows it', (partition, field) => {
    const asff = toAsff(aFinding(), { partition });
    expect(asff.ProductArn).toMatch(new RegExp(`^arn:${partition}:securityhub:`));
    expect(asff.Resources?.[0]?.Id).toMatch(new RegExp(`^arn:${partition}:ec2:`));
    expect(asff.Resources?.[0]?.Partition).toBe(field);
    expect(validateAsff(asff)).toEqual([]);
  });

  it('cleans tags: drops keys that do not fit, mends values, keeps at most 50, omits an empty map', () => {
    const tagsOf = (tags: Record<string, string>) =>
      toAsff(aFinding({ content: { endpoint: { tags } } }), options).Resources?.[0];
    expect(
      tagsOf({ Owner: 'Zoë & Søn <z@x.org>', schlüssel: 'x', 'a*b': 'x', long: 'x'.repeat(300), none: '' })
        ?.Tags,
    ).toEqual({ Owner: 'Zo_ _ S_n _z@x.org_', long: 'x'.repeat(256), none: '' });
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`k${index}`, 'v']));
    expect(Object.keys(tagsOf(many)?.Tags ?? {})).toHaveLength(50);
    expect(tagsOf({})).not.toHaveProperty('Tags');
    expect(tagsOf(JSON.parse('{"__proto__":"x"}') as Record<string, string>)).not.toHaveProperty('Tags');
    expect(tagsOf({ ключ: 'x' })).not.toHaveProperty('Tags');
  });

  it('masks what looks like a secret in evidence', () => {
    const asff = toAsff(
      aFinding({
        content: {
          evidence: {
            banner: 'key AKIAIOSFODNN7EXAMPLE and db://root:hunter2@db/',
            header: 'Authorization: Bearer abcdef.ghijkl',
            adminPassword: 'hunter2',
            passwordLogin: true,
            cookies: ['sid=0123456789; Secure'],
            nested: { token: 'abc', sha256: 'ab'.repeat(32) },
            note: 'password=hunter2 stays hidden',
          },
        },
      }),
      options,
    );
    const wire = JSON.stringify(asff);
    for (const secret of ['AKIAIOSFODNN7EXAMPLE', 'hunter2', 'abcdef.ghijkl', '0123456789;', '"abc"']) {
      expect(wire).not.toContain(secret);
    }
    expect(asff.ProductFields).toMatchObject({
      'picket/evidence/adminPassword': '[masked]',
      'picket/evidence/passwordLogin': 'true',
      'picket/evidence/nested': JSON.stringify({ token: '[masked]', sha256: 'ab'.repeat(32) }),
    });
  });

  it('is valid whatever the network, tags and texts hold', () => {
    const fact: fc.Arbitrary<FactValue> = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary', maxLength: 3000 }),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(fc.string({ unit: 'binary' }), tie('value')),
      ),
    })).value as fc.Arbitrary<FactValue>;
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 2000 }),
      // Halves of surrogate pairs as well, which well-formed strings never hold.
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 600 })
        .map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fact, { maxKeys: 60 }),
        fc.dictionary(anything, anything, { maxKeys: 60 }),
        anything,
        anything,
        anything,
        (evidence, tags, discriminator, reason, text) => {
          const asff = toAsff(
            aFinding({
              discriminator,
              resolution: text,
              content: {
                evidence,
                title: text,
                description: text,
                rationale: text,
                remediation: { text },
                reachability: { verdict: 'blocked', rule: null, reason },
                endpoint: { tags },
              },
            }),
            options,
          );
          expect(validateAsff(asff)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('asffId', () => {
  it('writes out a plain discriminator and stands a hash for any other', () => {
    const base = asffId(aFinding());
    expect(asffId(aFinding({ discriminator: '/.git/HEAD' }))).toBe(`${base}//.git/HEAD`);
    const odd = aFinding({ discriminator: 'a\u202eb' });
    expect(asffId(odd)).toBe(`${base}/#${odd.id}`);
    const long = aFinding({ discriminator: 'x'.repeat(500) });
    expect(asffId(long)).toBe(`${base}/#${long.id}`);
    const longer = aFinding({ checkId: 'x'.repeat(500) });
    expect(asffId(longer)).toBe(`picket/#${longer.id}`);
  });

  it('differs where the identity differs, and only there', () => {
    const identity = fc.record({
      port: fc.integer({ min: 1, max: 4 }),
      transport: fc.constantFrom('tcp' as const, 'udp' as const),
      checkId: fc.constantFrom('a', 'a-b'),
      discriminator: fc.constantFrom('', 'a', 'b', '/b', 'b/c', '#', '\u0000', ' '),
    });
    fc.assert(
      fc.property(identity, identity, (one, other) => {
        const left = aFinding(one);
        const right = aFinding({ ...other, updatedAt: '2026-04-01T00:00:00.000Z' });
        expect(asffId(left) === asffId(right)).toBe(left.id === right.id);
      }),
    );
  });
});
