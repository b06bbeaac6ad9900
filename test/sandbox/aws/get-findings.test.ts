import {
  BatchImportFindingsCommand,
  DescribeHubCommand,
  GetFindingsCommand,
  paginateGetFindings,
  type AwsSecurityFinding,
  type AwsSecurityFindingFilters,
} from '@aws-sdk/client-securityhub';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { addAccount } from '../../../src/sandbox/aws/create-estate.ts';
import { aFinding, productArn, refusal, setUp, type Setup } from './support/clients.ts';

let setup: Setup;

beforeEach(async () => {
  setup = await setUp({ quotas: false });
});

async function store(...findings: AwsSecurityFinding[]): Promise<void> {
  const result = await setup.hub.send(new BatchImportFindingsCommand({ Findings: findings }));
  expect(result.FailedFindings).toEqual([]);
}

async function find(filters: AwsSecurityFindingFilters): Promise<(string | undefined)[]> {
  const { Findings: found = [] } = await setup.hub.send(new GetFindingsCommand({ Filters: filters }));
  return found.map(({ Id }) => Id);
}

describe('DescribeHub', () => {
  it('says when and what was enabled', async () => {
    expect(await setup.hub.send(new DescribeHubCommand({}))).toMatchObject({
      HubArn: 'arn:aws:securityhub:us-east-1:111122223333:hub/default',
      SubscribedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('is InvalidAccessException when the hub is not enabled', async () => {
    setup.region.hub.enabled = false;
    expect(await refusal(setup.hub.send(new DescribeHubCommand({})))).toEqual({
      name: 'InvalidAccessException',
      status: 401,
      message: 'Account 111122223333 is not subscribed to AWS Security Hub',
    });
  });

  it('is ResourceNotFoundException for another hub', async () => {
    const HubArn = 'arn:aws:securityhub:us-east-1:444455556666:hub/default';
    expect(await refusal(setup.hub.send(new DescribeHubCommand({ HubArn })))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
    });
  });
});

describe('GetFindings', () => {
  it('gives back what was imported', async () => {
    await store(aFinding({ Title: 'Ümlaute, <tags> & 😀' }));
    const { Findings: found } = await setup.hub.send(new GetFindingsCommand({}));
    expect(found).toEqual(setup.aws.securityHub.findings('111122223333', 'us-east-1'));
    expect(found).toMatchObject([{ Title: 'Ümlaute, <tags> & 😀', RecordState: 'ACTIVE' }]);
  });

  it('pages through everything once', async () => {
    await store(...Array.from({ length: 25 }, (_, index) => aFinding({ Id: `finding-${index}` })));
    const sizes: number[] = [];
    const ids: (string | undefined)[] = [];
    for await (const { Findings: page = [] } of paginateGetFindings(
      { client: setup.hub, pageSize: 10 },
      {},
    )) {
      sizes.push(page.length);
      ids.push(...page.map(({ Id }) => Id));
    }
    expect(sizes).toEqual([10, 10, 5]);
    expect(ids).toEqual(Array.from({ length: 25 }, (_, index) => `finding-${index}`));
  });

  it('pages through a sorted list', async () => {
    await store(...['b', 'c', 'a'].map((Title) => aFinding({ Id: `finding-${Title}`, Title })));
    const titles: (string | undefined)[] = [];
    const input = { SortCriteria: [{ Field: 'Title', SortOrder: 'desc' as const }] };
    for await (const { Findings: page = [] } of paginateGetFindings(
      { client: setup.hub, pageSize: 2 },
      input,
    )) {
      titles.push(...page.map(({ Title }) => Title));
    }
    expect(titles).toEqual(['c', 'b', 'a']);
  });

  it.each([0, 101])('refuses MaxResults %d', async (MaxResults) => {
    expect(await refusal(setup.hub.send(new GetFindingsCommand({ MaxResults })))).toMatchObject({
      name: 'InvalidInputException',
      status: 400,
    });
  });

  it('refuses a token with other filters than it was made for', async () => {
    await store(aFinding({ Id: 'a-1' }), aFinding({ Id: 'a-2' }));
    const { NextToken } = await setup.hub.send(new GetFindingsCommand({ MaxResults: 1 }));
    const other = { Id: [{ Value: 'a', Comparison: 'PREFIX' as const }] };
    expect(NextToken).toEqual(expect.any(String));
    expect(
      (await refusal(setup.hub.send(new GetFindingsCommand({ MaxResults: 1, NextToken, Filters: other }))))
        .name,
    ).toBe('InvalidInputException');
    expect((await refusal(setup.hub.send(new GetFindingsCommand({ NextToken: 'x' })))).name).toBe(
      'InvalidInputException',
    );
  });

  it('never shows another account’s findings', async () => {
    await store(aFinding());
    const other = addAccount(setup.aws.estate, { accountId: '444455556666' });
    other.roles.set('reader', {
      roleName: 'reader',
      externalId: null,
      trustedAccounts: new Set(['111122223333']),
    });
    const { Credentials: given } = await setup.sts.send(
      new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::444455556666:role/reader', RoleSessionName: 'test' }),
    );
    const theirs = setup.hubIn('us-east-1', {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    });
    expect((await theirs.send(new GetFindingsCommand({}))).Findings).toEqual([]);
    expect((await setup.hub.send(new GetFindingsCommand({}))).Findings).toHaveLength(1);
  });
});

describe('a string filter', () => {
  it('compares in the ways that the service has', async () => {
    await store(...['web-1', 'web-2', 'db-1'].map((Id) => aFinding({ Id })));
    const by = (...Id: [string, string][]): Promise<(string | undefined)[]> =>
      find({ Id: Id.map(([Comparison, Value]) => ({ Comparison: Comparison as 'EQUALS', Value })) });
    expect(await by(['EQUALS', 'web-1'])).toEqual(['web-1']);
    expect(await by(['EQUALS', 'web-1'], ['EQUALS', 'db-1'])).toEqual(['web-1', 'db-1']);
    expect(await by(['PREFIX', 'web'])).toEqual(['web-1', 'web-2']);
    expect(await by(['CONTAINS', '-1'])).toEqual(['web-1', 'db-1']);
    expect(await by(['NOT_EQUALS', 'web-1'], ['NOT_EQUALS', 'db-1'])).toEqual(['web-2']);
    expect(await by(['PREFIX_NOT_EQUALS', 'web'])).toEqual(['db-1']);
    expect(await by(['NOT_CONTAINS', 'web'])).toEqual(['db-1']);
    expect(await by(['PREFIX', 'web'], ['NOT_EQUALS', 'web-2'])).toEqual(['web-1']);
    expect(await by(['EQUALS', 'WEB-1'])).toEqual([]);
  });

  it.each([
    ['EQUALS', 'NOT_EQUALS'],
    ['EQUALS', 'PREFIX_NOT_EQUALS'],
    ['CONTAINS', 'NOT_CONTAINS'],
    ['CONTAINS', 'PREFIX'],
  ] as const)('cannot combine %s with %s', async (...comparisons) => {
    const Filters = { Id: comparisons.map((Comparison) => ({ Comparison, Value: 'x' })) };
    expect((await refusal(setup.hub.send(new GetFindingsCommand({ Filters })))).name).toBe(
      'InvalidInputException',
    );
  });

  it('reaches every field that reconciliation goes by', async () => {
    await store(
      aFinding({ Id: 'wanted', Resources: [{ Type: 'Other', Id: 'arn:wanted' }] }),
      aFinding({
        Id: 'other',
        GeneratorId: 'other-check',
        Title: 'other',
        RecordState: 'ARCHIVED',
        Workflow: { Status: 'SUPPRESSED' },
        FindingProviderFields: { Severity: { Label: 'LOW' }, Types: ['TTPs'] },
      }),
    );
    const is = (Value: string): [{ Value: string; Comparison: 'EQUALS' }] => [
      { Value, Comparison: 'EQUALS' },
    ];
    expect(await find({ GeneratorId: is('redis-no-auth') })).toEqual(['wanted']);
    expect(await find({ Title: is(aFinding().Title ?? '') })).toEqual(['wanted']);
    expect(await find({ RecordState: is('ACTIVE') })).toEqual(['wanted']);
    expect(await find({ WorkflowStatus: is('NEW') })).toEqual(['wanted']);
    expect(await find({ SeverityLabel: is('CRITICAL') })).toEqual(['wanted']);
    expect(await find({ ResourceId: is('arn:wanted') })).toEqual(['wanted']);
    expect(await find({ Type: is('Effects/Data Exposure') })).toEqual(['wanted']);
    expect(
      await find({ ProductArn: is(productArn), AwsAccountId: is('111122223333'), Region: is('us-east-1') }),
    ).toHaveLength(2);
    expect(await find({ RecordState: is('ACTIVE'), GeneratorId: is('other-check') })).toEqual([]);
  });
});

describe('other filters', () => {
  it('compare maps by key', async () => {
    await store(
      aFinding({ Id: 'one', ProductFields: { 'picket/run': 'r-1' } }),
      aFinding({ Id: 'two', ProductFields: { 'picket/run': 'r-2' } }),
      aFinding({ Id: 'three' }),
    );
    const by = (
      Comparison: 'EQUALS' | 'NOT_EQUALS' | 'CONTAINS',
      Value: string,
    ): Promise<(string | undefined)[]> => find({ ProductFields: [{ Key: 'picket/run', Value, Comparison }] });
    expect(await by('EQUALS', 'r-1')).toEqual(['one']);
    expect(await by('CONTAINS', 'r-')).toEqual(['one', 'two']);
    expect(await by('NOT_EQUALS', 'r-1')).toEqual(['two', 'three']);
  });

  it('compare dates, both ends included, and days back from now', async () => {
    await store(
      aFinding({ Id: 'old', UpdatedAt: '2026-04-01T00:00:00.000Z' }),
      aFinding({ Id: 'new', UpdatedAt: '2026-05-31T00:00:00.000Z' }),
    );
    expect(
      await find({ UpdatedAt: [{ Start: '2026-04-01T00:00:00.000Z', End: '2026-04-01T00:00:00.000Z' }] }),
    ).toEqual(['old']);
    expect(await find({ UpdatedAt: [{ DateRange: { Value: 7, Unit: 'DAYS' } }] })).toEqual(['new']);
    expect(await find({ CreatedAt: [{ End: '2026-04-30T00:00:00.000Z' }] })).toEqual([]);
  });

  it('compare numbers', async () => {
    await store(aFinding());
    expect(await find({ SeverityNormalized: [{ Gte: 90 }] })).toEqual(['finding-1']);
    expect(await find({ SeverityNormalized: [{ Lt: 90 }] })).toEqual([]);
  });
});

describe('filters', () => {
  const one = [{ Value: 'x', Comparison: 'EQUALS' as const }];

  it.each([
    ['more than 20 values', { Id: Array.from({ length: 21 }, () => one[0]) as typeof one }],
    [
      'more than 10 attributes',
      Object.fromEntries(
        [
          'Id',
          'Title',
          'Description',
          'Region',
          'Type',
          'ProductArn',
          'ProductName',
          'CompanyName',
          'GeneratorId',
          'ResourceId',
          'ResourceType',
        ].map((name) => [name, one]),
      ),
    ],
    ['a comparison of the newer API', { Id: [{ Value: 'x', Comparison: 'CONTAINS_WORD' as const }] }],
    ['what the sandbox cannot filter by', { MalwareName: one }],
    ['a date without an interval', { UpdatedAt: [{}] }],
  ])('with %s are refused', async (_what, Filters) => {
    expect(await refusal(setup.hub.send(new GetFindingsCommand({ Filters })))).toMatchObject({
      name: 'InvalidInputException',
      status: 400,
    });
  });
});

describe('lag', () => {
  it('hides what is younger, and shows the state of then', async () => {
    await store(aFinding());
    setup.aws.faults.findingsLagMs = 60_000;
    expect(await find({})).toEqual([]);
    setup.clock.advance(60_000);
    expect(await find({})).toEqual(['finding-1']);

    await store(aFinding({ RecordState: 'ARCHIVED', UpdatedAt: '2026-05-02T00:00:00.000Z' }));
    expect(await find({ RecordState: [{ Value: 'ACTIVE', Comparison: 'EQUALS' }] })).toEqual(['finding-1']);
    expect(setup.aws.securityHub.findings('111122223333', 'us-east-1')).toMatchObject([
      { RecordState: 'ARCHIVED' },
    ]);
    setup.clock.advance(60_000);
    expect(await find({ RecordState: [{ Value: 'ACTIVE', Comparison: 'EQUALS' }] })).toEqual([]);
  });
});
