import { DescribeInstancesCommand, DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { BatchImportFindingsCommand, DescribeHubCommand } from '@aws-sdk/client-securityhub';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { aFinding, refusal, setUp } from './support/clients.ts';

describe('a planned fault', () => {
  it('throttles in each service’s words, as often as said', async () => {
    const { aws, ec2, hub } = await setUp();
    aws.faults.add({ kind: 'throttle', service: 'ec2', times: 1 });
    aws.faults.add({ kind: 'throttle', service: 'securityhub', times: 2 });
    expect(await refusal(ec2.send(new DescribeRegionsCommand({})))).toMatchObject({
      name: 'RequestLimitExceeded',
      status: 503,
    });
    await ec2.send(new DescribeRegionsCommand({}));
    for (const _time of [1, 2]) {
      expect(await refusal(hub.send(new DescribeHubCommand({})))).toMatchObject({
        name: 'TooManyRequestsException',
        status: 429,
      });
    }
    await hub.send(new DescribeHubCommand({}));
  });

  it('is an error of one’s own', async () => {
    const { aws, hub } = await setUp();
    aws.faults.add({
      kind: 'error',
      action: 'DescribeHub',
      times: 1,
      status: 429,
      code: 'LimitExceededException',
      message: 'Slow.',
    });
    expect(await refusal(hub.send(new DescribeHubCommand({})))).toEqual({
      name: 'LimitExceededException',
      message: 'Slow.',
      status: 429,
    });
    aws.faults.add({ kind: 'error', times: 1 });
    expect(await refusal(hub.send(new DescribeHubCommand({})))).toMatchObject({
      name: 'InternalException',
      status: 500,
    });
  });

  it('applies where it is meant to only', async () => {
    const { aws, ec2 } = await setUp();
    aws.faults.add({ kind: 'error', action: 'DescribeRegions', region: 'eu-central-1' });
    aws.faults.add({ kind: 'error', account: '444455556666' });
    aws.faults.add({ kind: 'error', action: 'DescribeInstances' });
    await ec2.send(new DescribeRegionsCommand({}));
    expect((await refusal(ec2.send(new DescribeInstancesCommand({})))).name).toBe('InternalError');
  });

  it('can be taken back', async () => {
    const { aws, ec2 } = await setUp();
    const takeBack = aws.faults.add({ kind: 'deny' });
    await refusal(ec2.send(new DescribeRegionsCommand({})));
    takeBack();
    await ec2.send(new DescribeRegionsCommand({}));
    aws.faults.add({ kind: 'deny' });
    aws.faults.clear();
    await ec2.send(new DescribeRegionsCommand({}));
    expect(aws.calls.of().map(({ outcome }) => outcome)).toEqual(['UnauthorizedOperation', 'ok', 'ok']);
  });

  it('denies as IAM does', async () => {
    const { aws, ec2, hub, sts } = await setUp();
    aws.faults.add({ kind: 'deny' });
    const who = 'User: arn:aws:sts::111122223333:assumed-role/picket/sandbox is not authorized to perform:';
    const why = 'because no identity-based policy allows the';
    expect(await refusal(ec2.send(new DescribeInstancesCommand({})))).toEqual({
      name: 'UnauthorizedOperation',
      status: 403,
      message: `You are not authorized to perform this operation. ${who} ec2:DescribeInstances ${why} ec2:DescribeInstances action`,
    });
    expect(await refusal(hub.send(new BatchImportFindingsCommand({ Findings: [aFinding()] })))).toEqual({
      name: 'AccessDeniedException',
      status: 403,
      message: `${who} securityhub:BatchImportFindings on resource: arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default ${why} securityhub:BatchImportFindings action`,
    });
    const assume = new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::111122223333:role/x',
      RoleSessionName: 'xx',
    });
    expect(await refusal(sts.send(assume))).toMatchObject({ name: 'AccessDenied', status: 403 });
  });

  it('cuts the connection before anything is done', async () => {
    const { aws, hub } = await setUp();
    aws.faults.add({ kind: 'drop-connection', times: 1 });
    await expect(hub.send(new BatchImportFindingsCommand({ Findings: [aFinding()] }))).rejects.toThrow(
      /socket hang up|ECONNRESET/u,
    );
    expect(aws.securityHub.findings('111122223333', 'us-east-1')).toEqual([]);
    expect(aws.calls.of({ outcome: 'dropped' })).toHaveLength(1);
  });

  it('takes the findings but withholds the answer', async () => {
    const { aws, hub } = await setUp();
    aws.faults.add({ kind: 'accept-then-timeout', times: 1 });
    const abort = AbortSignal.timeout(300);
    await expect(
      hub.send(new BatchImportFindingsCommand({ Findings: [aFinding()] }), { abortSignal: abort }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect(aws.securityHub.findings('111122223333', 'us-east-1')).toHaveLength(1);
    expect(aws.calls.of({ outcome: 'unanswered' })).toHaveLength(1);
  });

  it('cuts an unanswered connection after the delay given', async () => {
    const { aws, hub } = await setUp();
    aws.faults.add({ kind: 'accept-then-timeout', times: 1, delayMs: 50 });
    await expect(hub.send(new DescribeHubCommand({}))).rejects.toThrow(/socket hang up|ECONNRESET/u);
  });

  it('delays the answer', async () => {
    const { aws, hub } = await setUp();
    aws.faults.add({ kind: 'delay', times: 1, delayMs: 200 });
    const started = performance.now();
    await hub.send(new DescribeHubCommand({}));
    expect(performance.now() - started).toBeGreaterThan(190);
  });

  it('fails single findings and leaves the rest of the batch unharmed', async () => {
    const { aws, hub } = await setUp();
    aws.faults.add({
      kind: 'fail-findings',
      failFindingIds: ['b'],
      code: 'InternalFailure',
      message: 'Not today.',
    });
    const Findings = ['a', 'b', 'c'].map((Id) => aFinding({ Id }));
    const result = await hub.send(new BatchImportFindingsCommand({ Findings }));
    expect(result).toMatchObject({
      SuccessCount: 2,
      FailedCount: 1,
      FailedFindings: [{ Id: 'b', ErrorCode: 'InternalFailure', ErrorMessage: 'Not today.' }],
    });
    expect(aws.securityHub.findings('111122223333', 'us-east-1').map(({ Id }) => Id)).toEqual(['a', 'c']);
  });
});

describe('the call log', () => {
  it('has every call with its outcome', async () => {
    const { aws, ec2, hub } = await setUp();
    await ec2.send(new DescribeRegionsCommand({}));
    aws.faults.add({ kind: 'deny', times: 1 });
    await refusal(hub.send(new DescribeHubCommand({})));
    expect(aws.calls.of()).toEqual([
      {
        service: 'ec2',
        action: 'DescribeRegions',
        region: 'us-east-1',
        account: '111122223333',
        at: Date.parse('2026-06-01T00:00:00.000Z'),
        outcome: 'ok',
      },
      expect.objectContaining({
        service: 'securityhub',
        action: 'DescribeHub',
        outcome: 'AccessDeniedException',
      }),
    ]);
    expect(aws.calls.of({ service: 'ec2' })).toHaveLength(1);
    aws.calls.clear();
    expect(aws.calls.of()).toEqual([]);
  });
});
