import { BatchImportFindingsCommand } from '@aws-sdk/client-securityhub';
import { describe, expect, it } from 'vitest';
import { aFinding, productArn, refusal, sendRaw, setUp } from './support/clients.ts';

const many = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('a call', () => {
  it('has 1 to 100 findings', async () => {
    const { hub } = await setUp();
    const send = (count: number): Promise<unknown> =>
      hub.send(
        new BatchImportFindingsCommand({
          Findings: many(count, (index) => aFinding({ Id: `finding-${index}` })),
        }),
      );
    expect(await send(100)).toMatchObject({ SuccessCount: 100, FailedCount: 0 });
    expect(await refusal(send(0))).toMatchObject({
      name: 'InvalidInputException',
      status: 400,
      message: expect.stringContaining('should NOT have fewer than 1 items'),
    });
    expect(await refusal(send(101))).toMatchObject({
      name: 'InvalidInputException',
      status: 400,
      message: expect.stringContaining('should NOT have more than 100 items'),
    });
  });

  it('has at most 6 MB', async () => {
    const { hub, aws } = await setUp();
    const url = 'x'.repeat(200_000);
    const send = (count: number): Promise<unknown> =>
      hub.send(
        new BatchImportFindingsCommand({
          Findings: many(count, (index) =>
            aFinding({
              Id: `finding-${index}`,
              Vulnerabilities: [{ Id: 'CVE-2026-0001', ReferenceUrls: [url] }],
            }),
          ),
        }),
      );
    expect(await send(31)).toMatchObject({ SuccessCount: 31 });
    expect(await refusal(send(32))).toMatchObject({ name: 'InvalidInputException', status: 400 });
    expect(aws.securityHub.findings('111122223333', 'us-east-1')).toHaveLength(31);
  });

  it('that is not JSON is refused', async () => {
    const { aws } = await setUp();
    for (const body of ['{"Findings": [', '[]', '"x"']) {
      const { status, text } = await sendRaw(aws, {
        service: 'securityhub',
        path: '/findings/import',
        type: 'application/json',
        body,
      });
      expect(status).toBe(400);
      expect(text).toContain('SerializationException');
    }
  });

  it('keeps its good findings when others fail', async () => {
    const { hub, aws } = await setUp();
    const result = await hub.send(
      new BatchImportFindingsCommand({
        Findings: [
          aFinding({ Id: 'good-1' }),
          aFinding({ Id: 'bad', Title: ' ' }),
          aFinding({ Id: 'good-2' }),
        ],
      }),
    );
    expect(result).toMatchObject({ SuccessCount: 2, FailedCount: 1, FailedFindings: [{ Id: 'bad' }] });
    expect(aws.securityHub.findings('111122223333', 'us-east-1').map(({ Id }) => Id)).toEqual([
      'good-1',
      'good-2',
    ]);
  });

  it.each([
    'arn:aws:securityhub:::product/111122223333/default',
    'arn:aws:securityhub:us-east-1:1111:product/111122223333/default',
    'redis',
    'arn:aws:securityhub:us-east-1:111122223333:hub/default',
  ])('fails as a whole for the malformed ProductArn %s', async (arn) => {
    const { hub, aws } = await setUp();
    const call = hub.send(
      new BatchImportFindingsCommand({ Findings: [aFinding(), aFinding({ ProductArn: arn })] }),
    );
    expect(await refusal(call)).toMatchObject({ name: 'InvalidInputException', status: 400 });
    expect(aws.securityHub.findings('111122223333', 'us-east-1')).toEqual([]);
  });

  it.each([
    ['another Region', { ProductArn: productArn.replace('us-east-1', 'eu-central-1') }],
    ['another account', { ProductArn: productArn.replaceAll('111122223333', '444455556666') }],
    ['another partition', { ProductArn: productArn.replace('arn:aws:', 'arn:aws-us-gov:') }],
    ['a partner', { ProductArn: 'arn:aws:securityhub:us-east-1::product/partner/product' }],
  ])('is not authorised for the product of %s', async (_whose, changes) => {
    const { hub } = await setUp();
    const call = hub.send(new BatchImportFindingsCommand({ Findings: [aFinding(changes)] }));
    expect(await refusal(call)).toEqual({
      name: 'AccessDeniedException',
      status: 403,
      message: `User: arn:aws:sts::111122223333:assumed-role/picket/sandbox is not authorized to perform: securityhub:BatchImportFindings on resource: ${changes.ProductArn}`,
    });
  });

  it('is not authorised when AwsAccountId is not the caller’s', async () => {
    const { hub } = await setUp();
    const call = hub.send(
      new BatchImportFindingsCommand({ Findings: [aFinding({ AwsAccountId: '444455556666' })] }),
    );
    expect(await refusal(call)).toMatchObject({ name: 'AccessDeniedException', status: 403 });
  });

  it('is refused with InvalidAccessException while the hub is not enabled', async () => {
    const { hub, region } = await setUp();
    region.hub.enabled = false;
    const call = hub.send(new BatchImportFindingsCommand({ Findings: [aFinding()] }));
    expect(await refusal(call)).toEqual({
      name: 'InvalidAccessException',
      status: 401,
      message: 'Account 111122223333 is not subscribed to AWS Security Hub',
    });
  });

  it('may come back with every finding failed instead while the hub is not enabled', async () => {
    const { hub, region } = await setUp();
    region.hub.enabled = false;
    region.hub.refusal = 'findings';
    const result = await hub.send(new BatchImportFindingsCommand({ Findings: [aFinding()] }));
    expect(result).toMatchObject({
      FailedCount: 1,
      SuccessCount: 0,
      FailedFindings: [{ Id: 'finding-1', ErrorCode: 'InvalidAccess' }],
    });
  });
});
