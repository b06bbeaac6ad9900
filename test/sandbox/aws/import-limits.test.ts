import { BatchImportFindingsCommand, type AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { describe, expect, it } from 'vitest';
import { aFinding, productArn, sendRaw, setUp, type Setup } from './support/clients.ts';

const [resource] = aFinding().Resources ?? [];
const provider = aFinding().FindingProviderFields;
const many = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));
const fields = (count: number, value = 'x'): Record<string, string> =>
  Object.fromEntries(many(count, (index) => [`key${index}`, value]));

async function importOne(hub: Setup['hub'], finding: AwsSecurityFinding): Promise<string> {
  const {
    FailedCount,
    SuccessCount,
    FailedFindings = [],
  } = await hub.send(new BatchImportFindingsCommand({ Findings: [finding] }));
  expect(Number(FailedCount) + Number(SuccessCount)).toBe(1);
  const [failure] = FailedFindings;
  if (failure === undefined) return 'taken';
  expect(failure).toMatchObject({ ErrorCode: 'InvalidInput' });
  expect(FailedCount).toBe(1);
  return failure.ErrorMessage ?? '';
}

const complaint = (text: string): string => `Finding does not adhere to Amazon Finding Format. ${text}.`;

describe('a finding', () => {
  it('that keeps to every rule is taken', async () => {
    const { hub, aws } = await setUp();
    expect(await importOne(hub, aFinding())).toBe('taken');
    expect(aws.securityHub.findings('111122223333', 'us-east-1')).toHaveLength(1);
  });

  it.each([
    'SchemaVersion',
    'Id',
    'ProductArn',
    'GeneratorId',
    'AwsAccountId',
    'CreatedAt',
    'UpdatedAt',
    'Title',
    'Description',
    'Resources',
  ] as const)('must have %s', async (name) => {
    const { hub, aws } = await setUp();
    const message = await importOne(hub, aFinding({ [name]: undefined }));
    expect(message).toBe(complaint(`data should have required property '${name}'`));
    expect(aws.securityHub.findings('111122223333', 'us-east-1')).toEqual([]);
  });

  it('must have a severity in one of the two places', async () => {
    const { hub } = await setUp();
    expect(await importOne(hub, aFinding({ FindingProviderFields: undefined }))).toBe(
      complaint(
        `data should have required property 'FindingProviderFields', data should match some schema in anyOf`,
      ),
    );
    expect(await importOne(hub, aFinding({ FindingProviderFields: { Types: ['Effects'] } }))).toBe(
      complaint(
        `data.FindingProviderFields should have required property 'Severity', data should match some schema in anyOf`,
      ),
    );
    const atTopLevel = {
      Severity: { Label: 'LOW' as const },
      Types: ['Effects'],
      FindingProviderFields: undefined,
    };
    expect(await importOne(hub, aFinding(atTopLevel))).toBe('taken');
  });

  it('must have a type in one of the two places', async () => {
    const { hub } = await setUp();
    expect(await importOne(hub, aFinding({ FindingProviderFields: { Severity: { Label: 'LOW' } } }))).toBe(
      complaint(
        `data.FindingProviderFields should have required property 'Types', data should match some schema in anyOf`,
      ),
    );
  });

  it('must have a severity with a label', async () => {
    const { hub } = await setUp();
    const severity = { Severity: { Original: '9.8' }, Types: ['Effects'] };
    expect(await importOne(hub, aFinding({ FindingProviderFields: severity }))).toBe(
      complaint(`data.FindingProviderFields.Severity should have required property 'Label'`),
    );
  });

  it('must not have an Id that is equal to its GeneratorId', async () => {
    const { hub } = await setUp();
    expect(await importOne(hub, aFinding({ Id: 'same', GeneratorId: 'same' }))).toBe(
      complaint('data.GeneratorId should NOT be equal to data.Id'),
    );
  });

  it('may be 240 KB and no more', async () => {
    const { aws } = await setUp();
    const send = async (bytes: number): Promise<unknown> => {
      const base: AwsSecurityFinding = aFinding({
        Vulnerabilities: [{ Id: 'CVE-2026-0001', ReferenceUrls: [''] }],
      });
      const room = bytes - Buffer.byteLength(JSON.stringify(base));
      base.Vulnerabilities = [{ Id: 'CVE-2026-0001', ReferenceUrls: ['x'.repeat(room)] }];
      const { text } = await sendRaw(aws, {
        service: 'securityhub',
        path: '/findings/import',
        type: 'application/json',
        body: JSON.stringify({ Findings: [base] }),
      });
      return JSON.parse(text);
    };
    expect(await send(240 * 1024)).toMatchObject({ SuccessCount: 1, FailedCount: 0 });
    expect(await send(240 * 1024 + 1)).toMatchObject({
      SuccessCount: 0,
      FailedFindings: [
        { ErrorCode: 'InvalidInput', ErrorMessage: expect.stringContaining('exceeds the maximum') },
      ],
    });
  });
});

/** What is just allowed, what is just not, and the complaint. */
const LIMITS: [string, Partial<AwsSecurityFinding>, Partial<AwsSecurityFinding>, string][] = [
  [
    'Id has at most 512 characters',
    { Id: 'x'.repeat(512) },
    { Id: 'x'.repeat(513) },
    'data.Id should NOT be longer than 512 characters',
  ],
  [
    'GeneratorId has at most 512 characters',
    { GeneratorId: 'x'.repeat(512) },
    { GeneratorId: 'x'.repeat(513) },
    'data.GeneratorId should NOT be longer than 512 characters',
  ],
  [
    'Title has at most 256 characters',
    { Title: 'x'.repeat(256) },
    { Title: 'x'.repeat(257) },
    'data.Title should NOT be longer than 256 characters',
  ],
  [
    'Title counts characters, not UTF-16 units',
    { Title: '😀'.repeat(256) },
    { Title: '😀'.repeat(257) },
    'data.Title should NOT be longer than 256 characters',
  ],
  [
    'Description has at most 1024 characters',
    { Description: 'x'.repeat(1024) },
    { Description: 'x'.repeat(1025) },
    'data.Description should NOT be longer than 1024 characters',
  ],
  [
    'strings hold a non-blank',
    { Title: ' x ' },
    { Title: ' \t ' },
    'data.Title should match pattern ".*\\S.*"',
  ],
  [
    'strings are not empty',
    { Remediation: { Recommendation: { Text: 'x' } } },
    { Remediation: { Recommendation: { Text: '' } } },
    'data.Remediation.Recommendation.Text should NOT be shorter than 1 characters',
  ],
  [
    'Recommendation.Text has at most 512 characters',
    { Remediation: { Recommendation: { Text: 'x'.repeat(512) } } },
    { Remediation: { Recommendation: { Text: 'x'.repeat(513) } } },
    'data.Remediation.Recommendation.Text should NOT be longer than 512 characters',
  ],
  [
    'SchemaVersion is 2018-10-08',
    { SchemaVersion: '2018-10-08' },
    { SchemaVersion: '2018-10-09' },
    'data.SchemaVersion should be equal to one of the allowed values',
  ],
  [
    'AwsAccountId has 12 digits',
    {},
    { AwsAccountId: '11112222333' },
    'data.AwsAccountId should match pattern "^[0-9]{12}$"',
  ],
  [
    'there are at most 50 Types',
    { FindingProviderFields: { ...provider, Types: many(50, (index) => `Effects/${index}`) } },
    { FindingProviderFields: { ...provider, Types: many(51, (index) => `Effects/${index}`) } },
    'data.FindingProviderFields.Types should NOT have more than 50 items',
  ],
  [
    'Types at the top level are namespace/category/classifier',
    { Types: ['Effects/Data Exposure/Own'] },
    { Types: ['a/b/c/d'] },
    'data.Types[0] should match pattern "^([^/]+)(/[^/]+){0,2}$"',
  ],
  [
    'Types are namespace/category/classifier',
    { FindingProviderFields: { ...provider, Types: ['TTPs'] } },
    { FindingProviderFields: { ...provider, Types: ['TTPs', 'TTPs//x'] } },
    'data.FindingProviderFields.Types[1] should match pattern "^([^/]+)(/[^/]+){0,2}$"',
  ],
  [
    'Severity.Label is one of five',
    { FindingProviderFields: { ...provider, Severity: { Label: 'INFORMATIONAL' } } },
    { FindingProviderFields: { ...provider, Severity: { Label: 'SEVERE' as 'HIGH' } } },
    'data.FindingProviderFields.Severity.Label should be equal to one of the allowed values',
  ],
  [
    'Severity.Original has at most 64 characters',
    { FindingProviderFields: { ...provider, Severity: { Label: 'LOW', Original: 'x'.repeat(64) } } },
    { FindingProviderFields: { ...provider, Severity: { Label: 'LOW', Original: 'x'.repeat(65) } } },
    'data.FindingProviderFields.Severity.Original should NOT be longer than 64 characters',
  ],
  [
    'Confidence is at most 100',
    { FindingProviderFields: { ...provider, Confidence: 100 } },
    { FindingProviderFields: { ...provider, Confidence: 101 } },
    'data.FindingProviderFields.Confidence should be <= 100',
  ],
  [
    'Criticality is at least 0',
    { FindingProviderFields: { ...provider, Criticality: 0 } },
    { FindingProviderFields: { ...provider, Criticality: -1 } },
    'data.FindingProviderFields.Criticality should be >= 0',
  ],
  [
    'there is at least 1 resource',
    {},
    { Resources: [] },
    'data.Resources should NOT have fewer than 1 items',
  ],
  [
    'there are at most 32 resources',
    { Resources: many(32, () => ({ ...resource, Type: 'Other', Id: 'x' })) },
    { Resources: many(33, () => ({ ...resource, Type: 'Other', Id: 'x' })) },
    'data.Resources should NOT have more than 32 items',
  ],
  [
    'Resource.Tags is omitted rather than empty',
    { Resources: [{ Type: 'Other', Id: 'x', Tags: { team: 'web' } }] },
    { Resources: [{ Type: 'Other', Id: 'x', Tags: {} }] },
    'data.Resources[0].Tags should NOT have fewer than 1 properties',
  ],
  [
    'a resource’s tag has at most 256 characters',
    { Resources: [{ Type: 'Other', Id: 'x', Tags: { team: 'x'.repeat(256) } }] },
    { Resources: [{ Type: 'Other', Id: 'x', Tags: { team: 'x'.repeat(257) } }] },
    'data.Resources[0].Tags.team should NOT be longer than 256 characters',
  ],
  [
    'a resource’s tag holds only certain characters',
    { Resources: [{ Type: 'Other', Id: 'x', Tags: { 'a:b': 'aZ09 .:+=@_/-' } }] },
    { Resources: [{ Type: 'Other', Id: 'x', Tags: { 'a:b': 'café' } }] },
    `data.Resources[0].Tags['a:b'] should match pattern "^[A-Za-z0-9 .:+=@_/-]*$"`,
  ],
  [
    'Details.Other has at most 50 fields',
    { Resources: [{ Type: 'Other', Id: 'x', Details: { Other: fields(50) } }] },
    { Resources: [{ Type: 'Other', Id: 'x', Details: { Other: fields(51) } }] },
    'data.Resources[0].Details.Other should NOT have more than 50 properties',
  ],
  [
    'a key of Details.Other has fewer than 128 characters',
    { Resources: [{ Type: 'Other', Id: 'x', Details: { Other: { ['k'.repeat(127)]: 'x' } } }] },
    { Resources: [{ Type: 'Other', Id: 'x', Details: { Other: { ['k'.repeat(128)]: 'x' } } }] },
    `data.Resources[0].Details.Other property name '${'k'.repeat(128)}' is invalid`,
  ],
  [
    'a value of Details.Other has fewer than 1024 characters',
    { Resources: [{ Type: 'Other', Id: 'x', Details: { Other: { k: 'x'.repeat(1023) } } }] },
    { Resources: [{ Type: 'Other', Id: 'x', Details: { Other: { k: 'x'.repeat(1024) } } }] },
    'data.Resources[0].Details.Other.k should NOT be longer than 1023 characters',
  ],
  [
    'AwsEc2Instance has at most 10 IPv4 addresses',
    {
      Resources: [
        {
          Type: 'Other',
          Id: 'x',
          Details: { AwsEc2Instance: { IpV4Addresses: many(10, (index) => `10.0.0.${index}`) } },
        },
      ],
    },
    {
      Resources: [
        {
          Type: 'Other',
          Id: 'x',
          Details: { AwsEc2Instance: { IpV4Addresses: many(11, (index) => `10.0.0.${index}`) } },
        },
      ],
    },
    'data.Resources[0].Details.AwsEc2Instance.IpV4Addresses should NOT have more than 10 items',
  ],
  [
    'AwsEc2Instance has at most 10 IPv6 addresses',
    {
      Resources: [
        {
          Type: 'Other',
          Id: 'x',
          Details: { AwsEc2Instance: { IpV6Addresses: many(10, (index) => `::${index}`) } },
        },
      ],
    },
    {
      Resources: [
        {
          Type: 'Other',
          Id: 'x',
          Details: { AwsEc2Instance: { IpV6Addresses: many(11, (index) => `::${index}`) } },
        },
      ],
    },
    'data.Resources[0].Details.AwsEc2Instance.IpV6Addresses should NOT have more than 10 items',
  ],
  [
    'a resource’s partition is one of three',
    { Resources: [{ Type: 'Other', Id: 'x', Partition: 'aws-us-gov' }] },
    { Resources: [{ Type: 'Other', Id: 'x', Partition: 'aws-iso' as 'aws' }] },
    'data.Resources[0].Partition should be equal to one of the allowed values',
  ],
  [
    'there are at most 50 ProductFields',
    { ProductFields: fields(50) },
    { ProductFields: fields(51) },
    'data.ProductFields should NOT have more than 50 properties',
  ],
  [
    'a key of ProductFields has at most 128 characters',
    { ProductFields: { ['k'.repeat(128)]: 'x' } },
    { ProductFields: { ['k'.repeat(129)]: 'x' } },
    `data.ProductFields property name '${'k'.repeat(129)}' is invalid`,
  ],
  [
    'a key of ProductFields does not begin with aws/',
    { ProductFields: { 'picket/run': 'x' } },
    { ProductFields: { 'aws/run': 'x' } },
    `data.ProductFields property name 'aws/run' is invalid`,
  ],
  [
    'a value of ProductFields has at most 2048 characters',
    { ProductFields: { k: 'x'.repeat(2048) } },
    { ProductFields: { k: 'x'.repeat(2049) } },
    'data.ProductFields.k should NOT be longer than 2048 characters',
  ],
  [
    'a value of ProductFields is not empty',
    { ProductFields: { k: 'x' } },
    { ProductFields: { k: '' } },
    'data.ProductFields.k should NOT be shorter than 1 characters',
  ],
  [
    'there are at most 32 RelatedRequirements',
    { Compliance: { RelatedRequirements: many(32, String) } },
    { Compliance: { RelatedRequirements: many(33, String) } },
    'data.Compliance.RelatedRequirements should NOT have more than 32 items',
  ],
  [
    'a requirement has at most 64 characters',
    { Compliance: { RelatedRequirements: ['x'.repeat(64)] } },
    { Compliance: { RelatedRequirements: ['x', 'x'.repeat(65)] } },
    'data.Compliance.RelatedRequirements[1] should NOT be longer than 64 characters',
  ],
  [
    'there are at most 20 AssociatedStandards',
    { Compliance: { AssociatedStandards: many(20, () => ({ StandardsId: 'x' })) } },
    { Compliance: { AssociatedStandards: many(21, () => ({ StandardsId: 'x' })) } },
    'data.Compliance.AssociatedStandards should NOT have more than 20 items',
  ],
  [
    'Compliance.Status is one of four',
    { Compliance: { Status: 'FAILED' } },
    { Compliance: { Status: 'OPEN' as 'FAILED' } },
    'data.Compliance.Status should be equal to one of the allowed values',
  ],
  [
    'a vulnerability’s Id has at most 32 characters',
    { Vulnerabilities: [{ Id: 'x'.repeat(32) }] },
    { Vulnerabilities: [{ Id: 'x'.repeat(33) }] },
    'data.Vulnerabilities[0].Id should NOT be longer than 32 characters',
  ],
  [
    'a vulnerability’s EPSS score is at most 1',
    { Vulnerabilities: [{ Id: 'CVE-2026-0001', EpssScore: 1 }] },
    { Vulnerabilities: [{ Id: 'CVE-2026-0001', EpssScore: 1.1 }] },
    'data.Vulnerabilities[0].EpssScore should be <= 1',
  ],
  [
    'a CVSS base score is at most 10',
    { Vulnerabilities: [{ Id: 'CVE-2026-0001', Cvss: [{ BaseScore: 10 }] }] },
    { Vulnerabilities: [{ Id: 'CVE-2026-0001', Cvss: [{ BaseScore: 10.1 }] }] },
    'data.Vulnerabilities[0].Cvss[0].BaseScore should be <= 10',
  ],
  [
    'a note has at most 512 characters',
    { Note: { Text: 'x'.repeat(512), UpdatedBy: 'me', UpdatedAt: '2026-05-01T00:00:00Z' } },
    { Note: { Text: 'x'.repeat(513), UpdatedBy: 'me', UpdatedAt: '2026-05-01T00:00:00Z' } },
    'data.Note.Text should NOT be longer than 512 characters',
  ],
  [
    'RecordState is ACTIVE or ARCHIVED',
    { RecordState: 'ARCHIVED' },
    { RecordState: 'RESOLVED' as 'ACTIVE' },
    'data.RecordState should be equal to one of the allowed values',
  ],
  [
    'times are in UTC',
    { UpdatedAt: '2026-05-01T00:00:00Z' },
    { UpdatedAt: '2026-05-01T00:00:00+02:00' },
    'data.UpdatedAt should match format "date-time"',
  ],
  [
    'times have seconds',
    { CreatedAt: '2026-05-01T00:00:00.5Z' },
    { CreatedAt: '2026-05-01T00:00Z' },
    'data.CreatedAt should match format "date-time"',
  ],
  [
    'times have milliseconds at most',
    { FirstObservedAt: '2026-05-01T00:00:00.123Z' },
    { FirstObservedAt: '2026-05-01T00:00:00.1234Z' },
    'data.FirstObservedAt should match format "date-time"',
  ],
  [
    'times exist',
    { LastObservedAt: '2028-02-29T00:00:00Z' },
    { LastObservedAt: '2026-02-29T00:00:00Z' },
    'data.LastObservedAt should match format "date-time"',
  ],
  [
    'ports are ports',
    { Network: { DestinationPort: 65_535 } },
    { Network: { DestinationPort: 65_536 } },
    'data.Network.DestinationPort should be <= 65535',
  ],
  [
    'a related finding is named in full',
    { RelatedFindings: [{ Id: 'x', ProductArn: productArn }] },
    { RelatedFindings: [{ Id: 'x', ProductArn: undefined }] },
    `data.RelatedFindings[0] should have required property 'ProductArn'`,
  ],
];

describe('in a finding', () => {
  it.each(LIMITS)('%s', async (_what, good, bad, text) => {
    const { hub } = await setUp();
    expect(await importOne(hub, aFinding(good))).toBe('taken');
    expect(await importOne(hub, aFinding(bad))).toBe(complaint(text));
  });
});

describe('members that are not in the format', () => {
  it.each([
    [
      'at the top',
      { Sevrity: { Label: 'LOW' } },
      `data should NOT have additional properties, but has 'Sevrity'`,
    ],
    [
      'deep inside',
      { Remediation: { Recommendation: { Txt: 'x' } } },
      `data.Remediation.Recommendation should NOT have additional properties, but has 'Txt'`,
    ],
    ['of the wrong type', { Title: 7 }, 'data.Title should be string'],
    ['that should be lists', { Resources: { Type: 'Other', Id: 'x' } }, 'data.Resources should be array'],
    ['that should be objects', { Remediation: 'patch' }, 'data.Remediation should be object'],
    ['that should be maps', { ProductFields: ['x'] }, 'data.ProductFields should be object'],
    ['that should be numbers', { Confidence: '7' }, 'data.Confidence should be number'],
    ['that should be whole numbers', { Confidence: 7.5 }, 'data.Confidence should be integer'],
  ])('are refused loudly: %s', async (_where, changes, text) => {
    const { aws } = await setUp();
    const { status, text: answer } = await sendRaw(aws, {
      service: 'securityhub',
      path: '/findings/import',
      type: 'application/json',
      body: JSON.stringify({ Findings: [{ ...aFinding(), ...changes }] }),
    });
    expect(status).toBe(200);
    expect(JSON.parse(answer)).toMatchObject({
      FailedFindings: [{ Id: 'finding-1', ErrorMessage: complaint(text) }],
    });
  });

  it('are refused beside Findings, too', async () => {
    const { aws } = await setUp();
    const { status } = await sendRaw(aws, {
      service: 'securityhub',
      path: '/findings/import',
      type: 'application/json',
      body: JSON.stringify({ Findings: [aFinding()], DryRun: true }),
    });
    expect(status).toBe(400);
  });
});
