import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import {
  BatchImportFindingsCommand,
  BatchUpdateFindingsCommand,
  DescribeHubCommand,
  GetFindingsCommand,
} from '@aws-sdk/client-securityhub';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/sandbox/aws/clock.ts';
import { addRegion } from '../../../src/sandbox/aws/create-estate.ts';
import { TokenBuckets } from '../../../src/sandbox/aws/token-buckets.ts';
import { aFinding, productArn, refusal, setUp } from './support/clients.ts';

/** How many calls succeed before the first that is throttled, and what that is. */
async function untilThrottled(call: () => Promise<unknown>): Promise<[number, string]> {
  for (let taken = 0; taken < 200; taken += 1) {
    try {
      await call();
    } catch (error) {
      return [taken, error instanceof Error ? error.name : String(error)];
    }
  }
  return [200, 'never'];
}

describe('Security Hub’s quotas', () => {
  it('allow a burst of 30 imports and 10 a second after it', async () => {
    const { hub, clock } = await setUp();
    const call = (): Promise<unknown> => hub.send(new BatchImportFindingsCommand({ Findings: [aFinding()] }));
    expect(await untilThrottled(call)).toEqual([30, 'TooManyRequestsException']);
    clock.advance(99);
    expect((await untilThrottled(call))[0]).toBe(0);
    clock.advance(1);
    expect((await untilThrottled(call))[0]).toBe(1);
    clock.advance(1000);
    expect((await untilThrottled(call))[0]).toBe(10);
    clock.advance(3_600_000);
    expect((await untilThrottled(call))[0]).toBe(30);
  });

  it('allow a burst of 6 readings and 3 a second after it', async () => {
    const { hub, clock } = await setUp();
    const call = (): Promise<unknown> => hub.send(new GetFindingsCommand({}));
    expect(await untilThrottled(call)).toEqual([6, 'TooManyRequestsException']);
    clock.advance(1000);
    expect((await untilThrottled(call))[0]).toBe(3);
  });

  it('allow bursts of 30 updates, and of 30 of everything else', async () => {
    const { hub } = await setUp();
    const FindingIdentifiers = [{ Id: 'x', ProductArn: productArn }];
    expect(
      (await untilThrottled(() => hub.send(new BatchUpdateFindingsCommand({ FindingIdentifiers }))))[0],
    ).toBe(30);
    expect((await untilThrottled(() => hub.send(new DescribeHubCommand({}))))[0]).toBe(30);
  });

  it('are each Region’s and each operation’s own', async () => {
    const { hub, hubIn, aws } = await setUp();
    const account = aws.estate.accounts.get('111122223333');
    if (account === undefined) throw new Error('no account');
    addRegion(account, 'eu-central-1');
    await untilThrottled(() => hub.send(new GetFindingsCommand({})));
    await hubIn('eu-central-1').send(new GetFindingsCommand({}));
    await hub.send(new DescribeHubCommand({}));
    expect(aws.calls.of({ outcome: 'ok', region: 'us-east-1', action: 'GetFindings' })).toHaveLength(6);
    expect(aws.calls.of({ outcome: 'ok', region: 'eu-central-1' })).toHaveLength(1);
    expect(aws.calls.of({ outcome: 'ok', action: 'DescribeHub' })).toHaveLength(1);
  });

  it('can be switched off and on', async () => {
    const { hub, aws } = await setUp({ quotas: false });
    const call = (): Promise<unknown> => hub.send(new GetFindingsCommand({}));
    for (let count = 0; count < 10; count += 1) await call();
    aws.quotas.enabled = true;
    expect((await untilThrottled(call))[0]).toBe(6);
  });
});

describe('EC2’s quotas', () => {
  it('allow a burst of 100 paged or filtered readings and 20 a second after it', async () => {
    const { ec2, clock } = await setUp();
    const call = (): Promise<unknown> => ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
    expect(await untilThrottled(call)).toEqual([100, 'RequestLimitExceeded']);
    clock.advance(1000);
    expect((await untilThrottled(call))[0]).toBe(20);
    const other = ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'status', Values: ['in-use'] }] }),
    );
    expect((await refusal(other)).status).toBe(503);
  });

  it('allow a burst of 50 readings that are neither and 10 a second after it', async () => {
    const { ec2, clock } = await setUp();
    const call = (): Promise<unknown> => ec2.send(new DescribeInstancesCommand({}));
    expect((await untilThrottled(call))[0]).toBe(50);
    clock.advance(1000);
    expect((await untilThrottled(call))[0]).toBe(10);
    await ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
  });
});

describe('a token bucket', () => {
  it('is never fuller than its burst, and does not mind a clock that goes back', () => {
    const clock = new ManualClock(0);
    const buckets = new TokenBuckets(clock);
    const quota = { burst: 2, perSecond: 1 };
    const take = (): boolean => buckets.take('x', quota);
    clock.advance(1_000_000);
    expect([take(), take(), take()]).toEqual([true, true, false]);
    clock.advance(-5000);
    expect(take()).toBe(false);
    clock.advance(1000);
    expect(take()).toBe(true);
  });
});
