import {
  BatchImportFindingsCommand,
  BatchUpdateFindingsCommand,
  type AwsSecurityFinding,
  type BatchUpdateFindingsCommandInput,
} from '@aws-sdk/client-securityhub';
import { describe, expect, it } from 'vitest';
import { aFinding, productArn, refusal, setUp, type Setup } from './support/clients.ts';

const LATER = '2026-05-01T00:00:00.001Z';
const DAY = 86_400_000;

async function send({ hub }: Setup, ...findings: AwsSecurityFinding[]): Promise<void> {
  const result = await hub.send(new BatchImportFindingsCommand({ Findings: findings }));
  expect(result.FailedFindings).toEqual([]);
  expect(result.SuccessCount).toBe(findings.length);
}

function stored({ aws }: Setup): readonly AwsSecurityFinding[] {
  return aws.securityHub.findings('111122223333', 'us-east-1');
}

async function edit(
  { hub }: Setup,
  changes: Omit<BatchUpdateFindingsCommandInput, 'FindingIdentifiers'>,
): Promise<void> {
  const result = await hub.send(
    new BatchUpdateFindingsCommand({
      FindingIdentifiers: [{ Id: 'finding-1', ProductArn: productArn }],
      ...changes,
    }),
  );
  expect(result.UnprocessedFindings).toEqual([]);
}

describe('a new finding', () => {
  it('is completed by the service', async () => {
    const setup = await setUp();
    await send(setup, aFinding({ ProductFields: { 'picket/run': 'r-1' } }));
    expect(stored(setup)).toEqual([
      {
        ...aFinding(),
        Region: 'us-east-1',
        AwsAccountName: 'sandbox',
        ProductName: 'Default',
        CompanyName: 'Personal',
        ProcessedAt: '2026-06-01T00:00:00.000Z',
        RecordState: 'ACTIVE',
        WorkflowState: 'NEW',
        Workflow: { Status: 'NEW' },
        Severity: { Label: 'CRITICAL', Normalized: 90, Original: 'no authentication' },
        Types: ['Effects/Data Exposure'],
        ProductFields: {
          'picket/run': 'r-1',
          'aws/securityhub/FindingId': `${productArn}/finding-1`,
          'aws/securityhub/ProductName': 'Default',
          'aws/securityhub/CompanyName': 'Personal',
        },
      },
    ]);
  });

  it('may give severity and types at the top level, which FindingProviderFields then repeats', async () => {
    const setup = await setUp();
    await send(
      setup,
      aFinding({ Severity: { Normalized: 75 }, Types: ['TTPs'], FindingProviderFields: undefined }),
    );
    expect(stored(setup)).toMatchObject([
      {
        Severity: { Label: 'HIGH' },
        Types: ['TTPs'],
        FindingProviderFields: { Severity: { Label: 'HIGH' }, Types: ['TTPs'] },
      },
    ]);
  });
});

describe('an update', () => {
  it('is taken when UpdatedAt is newer by one millisecond', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    await send(setup, aFinding({ Title: 'changed', UpdatedAt: LATER }));
    expect(stored(setup)).toMatchObject([{ Title: 'changed', UpdatedAt: LATER }]);
  });

  it.each([
    ['the same', '2026-05-01T00:00:00.000Z'],
    ['the same, written otherwise', '2026-05-01T00:00:00Z'],
    ['older', '2026-04-30T23:59:59.999Z'],
  ])('is ignored in silence when UpdatedAt is %s', async (_what, updatedAt) => {
    const setup = await setUp();
    await send(setup, aFinding());
    await send(setup, aFinding({ Title: 'changed', UpdatedAt: updatedAt }));
    expect(stored(setup)).toMatchObject([{ Title: aFinding().Title, UpdatedAt: '2026-05-01T00:00:00.000Z' }]);
  });

  it('in the same call as the first of its Id is passed over', async () => {
    const setup = await setUp();
    await send(setup, aFinding(), aFinding({ Title: 'changed', UpdatedAt: LATER }));
    expect(stored(setup)).toMatchObject([{ Title: aFinding().Title }]);
  });

  it('overwrites the whole finding', async () => {
    const setup = await setUp();
    await send(
      setup,
      aFinding({
        SourceUrl: 'https://example.com/',
        FirstObservedAt: '2026-04-01T00:00:00.000Z',
        ProductFields: { 'picket/run': 'r-1', 'picket/port': '6379' },
        Remediation: { Recommendation: { Text: 'Set requirepass.' } },
      }),
    );
    await send(setup, aFinding({ UpdatedAt: LATER, ProductFields: { 'picket/run': 'r-2' } }));
    const [finding] = stored(setup);
    expect(finding).not.toHaveProperty('SourceUrl');
    expect(finding).not.toHaveProperty('FirstObservedAt');
    expect(finding).not.toHaveProperty('Remediation');
    expect(finding?.ProductFields).not.toHaveProperty('picket/port');
    expect(finding?.ProductFields?.['picket/run']).toBe('r-2');
  });

  it('does not touch Note, UserDefinedFields, VerificationState and Workflow', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    await edit(setup, {
      Note: { Text: 'looking at it', UpdatedBy: 'someone' },
      UserDefinedFields: { ticket: 'SEC-1' },
      VerificationState: 'TRUE_POSITIVE',
      Workflow: { Status: 'NOTIFIED' },
    });
    await send(
      setup,
      aFinding({
        UpdatedAt: LATER,
        Note: { Text: 'mine', UpdatedBy: 'provider', UpdatedAt: LATER },
        UserDefinedFields: { ticket: 'mine' },
        VerificationState: 'FALSE_POSITIVE',
        Workflow: { Status: 'RESOLVED' },
      }),
    );
    expect(stored(setup)).toMatchObject([
      {
        UpdatedAt: LATER,
        Note: { Text: 'looking at it', UpdatedBy: 'someone', UpdatedAt: '2026-06-01T00:00:00.000Z' },
        UserDefinedFields: { ticket: 'SEC-1' },
        VerificationState: 'TRUE_POSITIVE',
        Workflow: { Status: 'NOTIFIED' },
      },
    ]);
  });

  it('cannot set Note, UserDefinedFields and VerificationState later either', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    await send(
      setup,
      aFinding({ UpdatedAt: LATER, VerificationState: 'TRUE_POSITIVE', UserDefinedFields: { a: 'b' } }),
    );
    expect(stored(setup)[0]).not.toHaveProperty('VerificationState');
    expect(stored(setup)[0]).not.toHaveProperty('UserDefinedFields');
  });

  it('moves severity, types and scores through FindingProviderFields', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    await send(
      setup,
      aFinding({
        UpdatedAt: LATER,
        FindingProviderFields: {
          Severity: { Label: 'LOW' },
          Types: ['TTPs'],
          Confidence: 50,
          Criticality: 9,
        },
      }),
    );
    expect(stored(setup)).toMatchObject([
      { Severity: { Label: 'LOW', Normalized: 1 }, Types: ['TTPs'], Confidence: 50, Criticality: 9 },
    ]);
  });

  it('does not move severity and types at the top level', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    await send(
      setup,
      aFinding({ UpdatedAt: LATER, Severity: { Label: 'LOW' }, Types: ['TTPs'], Confidence: 7 }),
    );
    expect(stored(setup)).toMatchObject([
      { Severity: { Label: 'CRITICAL' }, Types: ['Effects/Data Exposure'] },
    ]);
    expect(stored(setup)[0]).not.toHaveProperty('Confidence');
  });

  it('leaves what a customer has edited at the top level', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    await edit(setup, { Severity: { Label: 'MEDIUM' } });
    await send(
      setup,
      aFinding({ UpdatedAt: LATER, FindingProviderFields: { Severity: { Label: 'LOW' }, Types: ['TTPs'] } }),
    );
    expect(stored(setup)).toMatchObject([
      {
        Severity: { Label: 'MEDIUM', Normalized: 40 },
        Types: ['TTPs'],
        FindingProviderFields: { Severity: { Label: 'LOW' } },
      },
    ]);
  });

  it.each([
    ['NOTIFIED', 'NEW'],
    ['RESOLVED', 'NEW'],
    ['SUPPRESSED', 'SUPPRESSED'],
    ['NEW', 'NEW'],
  ] as const)('from ARCHIVED to ACTIVE makes the workflow %s into %s', async (before, after) => {
    const setup = await setUp();
    await send(setup, aFinding({ RecordState: 'ARCHIVED' }));
    await edit(setup, { Workflow: { Status: before } });
    await send(setup, aFinding({ RecordState: 'ACTIVE', UpdatedAt: LATER }));
    expect(stored(setup)).toMatchObject([{ RecordState: 'ACTIVE', Workflow: { Status: after } }]);
  });

  it('that archives leaves the workflow alone', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    await edit(setup, { Workflow: { Status: 'NOTIFIED' } });
    await send(setup, aFinding({ RecordState: 'ARCHIVED', UpdatedAt: LATER }));
    expect(stored(setup)).toMatchObject([{ RecordState: 'ARCHIVED', Workflow: { Status: 'NOTIFIED' } }]);
  });

  it('of the same Id in another Region is another finding', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    expect(setup.aws.securityHub.findings('111122223333', 'eu-central-1')).toEqual([]);
  });
});

describe('retention', () => {
  it.each([
    ['ACTIVE', 90],
    ['ARCHIVED', 30],
  ] as const)('deletes %s findings %d days after their last update', async (state, days) => {
    const setup = await setUp();
    await send(setup, aFinding({ RecordState: state }));
    setup.clock.advance(days * DAY - 1);
    expect(stored(setup)).toHaveLength(1);
    setup.clock.advance(1);
    expect(stored(setup)).toEqual([]);
  });

  it('starts anew with an update', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    setup.clock.advance(89 * DAY);
    await send(setup, aFinding({ UpdatedAt: LATER }));
    setup.clock.advance(89 * DAY);
    expect(stored(setup)).toHaveLength(1);
  });

  it('forgets what customers had set', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    await edit(setup, { Workflow: { Status: 'SUPPRESSED' } });
    setup.clock.advance(90 * DAY);
    await send(setup, aFinding());
    expect(stored(setup)).toMatchObject([{ Workflow: { Status: 'NEW' } }]);
  });
});

describe('BatchUpdateFindings', () => {
  it('does not change UpdatedAt', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    await edit(setup, { Workflow: { Status: 'SUPPRESSED' }, Types: ['TTPs'], Confidence: 3 });
    expect(stored(setup)).toMatchObject([
      {
        UpdatedAt: '2026-05-01T00:00:00.000Z',
        Workflow: { Status: 'SUPPRESSED' },
        Types: ['TTPs'],
        Confidence: 3,
      },
    ]);
  });

  it('names findings that are not there', async () => {
    const setup = await setUp();
    await send(setup, aFinding());
    const result = await setup.hub.send(
      new BatchUpdateFindingsCommand({
        FindingIdentifiers: ['finding-1', 'finding-2'].map((Id) => ({ Id, ProductArn: productArn })),
        Workflow: { Status: 'NOTIFIED' },
      }),
    );
    expect(result.ProcessedFindings).toEqual([{ Id: 'finding-1', ProductArn: productArn }]);
    expect(result.UnprocessedFindings).toMatchObject([
      { FindingIdentifier: { Id: 'finding-2' }, ErrorCode: 'FindingNotFound' },
    ]);
  });

  it.each([
    [
      'more than 100 findings',
      { FindingIdentifiers: Array.from({ length: 101 }, () => ({ Id: 'x', ProductArn: productArn })) },
    ],
    ['no findings', { FindingIdentifiers: [] }],
    ['a note over 512 characters', { Note: { Text: 'x'.repeat(513), UpdatedBy: 'me' } }],
    ['an unknown workflow', { Workflow: { Status: 'DONE' as 'NEW' } }],
    ['a confidence over 100', { Confidence: 101 }],
  ])('refuses %s', async (_what, changes) => {
    const { hub } = await setUp();
    const call = hub.send(
      new BatchUpdateFindingsCommand({
        FindingIdentifiers: [{ Id: 'x', ProductArn: productArn }],
        ...changes,
      }),
    );
    expect(await refusal(call)).toMatchObject({ name: 'InvalidInputException', status: 400 });
  });
});
