import { DescribeHubCommand } from '@aws-sdk/client-securityhub';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { addAccount, createEstate } from '../../../src/sandbox/aws/create-estate.ts';
import type { SandboxEstate } from '../../../src/sandbox/aws/estate.ts';
import { refusal, sendRaw, setUp } from './support/clients.ts';

const roleArn = 'arn:aws:iam::444455556666:role/picket-publish';

function twoAccounts(externalId: string | null = 'a-secret-agreed'): SandboxEstate {
  const estate = createEstate();
  const other = addAccount(estate, { accountId: '444455556666', name: 'other' });
  other.roles.set('picket-publish', {
    roleName: 'picket-publish',
    externalId,
    trustedAccounts: new Set(['111122223333']),
  });
  return estate;
}

function assume(
  changes: Partial<ConstructorParameters<typeof AssumeRoleCommand>[0]> = {},
): AssumeRoleCommand {
  return new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: 'picket',
    ExternalId: 'a-secret-agreed',
    ...changes,
  });
}

describe('GetCallerIdentity', () => {
  it('says who the sandbox’s own key is', async () => {
    const { sts } = await setUp();
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:sts::111122223333:assumed-role/picket/sandbox',
      UserId: expect.stringMatching(/^AROA[0-9A-F]{17}:sandbox$/u),
    });
  });
});

describe('AssumeRole', () => {
  it('gives credentials of the other account that work everywhere', async () => {
    const { sts, aws, hubIn } = await setUp({ estate: twoAccounts() });
    const assumed = await sts.send(assume());
    const credentials = {
      accessKeyId: assumed.Credentials?.AccessKeyId ?? '',
      secretAccessKey: assumed.Credentials?.SecretAccessKey ?? '',
      sessionToken: assumed.Credentials?.SessionToken ?? '',
    };
    const theirs = new STSClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });

    expect(assumed.Credentials?.Expiration).toEqual(new Date('2026-06-01T01:00:00.000Z'));
    expect(assumed.AssumedRoleUser?.Arn).toBe('arn:aws:sts::444455556666:assumed-role/picket-publish/picket');
    expect((await theirs.send(new GetCallerIdentityCommand({}))).Account).toBe('444455556666');
    expect((await hubIn('us-east-1', credentials).send(new DescribeHubCommand({}))).HubArn).toContain(
      ':444455556666:hub/default',
    );
    theirs.destroy();
  });

  it('gives credentials that are good for nothing without their session token', async () => {
    const { sts, hubIn } = await setUp({ estate: twoAccounts() });
    const { Credentials: given } = await sts.send(assume());
    const client = hubIn('us-east-1', {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
    });
    expect((await refusal(client.send(new DescribeHubCommand({})))).name).toBe('UnrecognizedClientException');
  });

  it('gives credentials that expire', async () => {
    const { sts, clock, hubIn } = await setUp({ estate: twoAccounts() });
    const { Credentials: given } = await sts.send(assume({ DurationSeconds: 900 }));
    const client = hubIn('us-east-1', {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    });
    clock.advance(899_999);
    await client.send(new DescribeHubCommand({}));
    clock.advance(1);
    expect((await refusal(client.send(new DescribeHubCommand({})))).name).toBe('ExpiredTokenException');
  });

  it.each([
    ['a wrong external id', { ExternalId: 'guessed' }],
    ['no external id', { ExternalId: undefined }],
    ['a role that is not there', { RoleArn: 'arn:aws:iam::444455556666:role/absent' }],
    ['an account that is not there', { RoleArn: 'arn:aws:iam::777788889999:role/picket-publish' }],
    ['another partition', { RoleArn: 'arn:aws-cn:iam::444455556666:role/picket-publish' }],
  ])('is denied for %s', async (_what, changes) => {
    const { sts } = await setUp({ estate: twoAccounts() });
    expect(await refusal(sts.send(assume(changes)))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringMatching(
        /^User: arn:aws:sts::111122223333:assumed-role\/picket\/sandbox is not authorized to perform: sts:AssumeRole on resource: arn:/u,
      ),
    });
  });

  it('is denied to accounts that the role does not trust', async () => {
    const estate = twoAccounts();
    estate.accounts.get('444455556666')?.roles.get('picket-publish')?.trustedAccounts.clear();
    const { sts } = await setUp({ estate });
    expect((await refusal(sts.send(assume()))).name).toBe('AccessDenied');
  });

  it('needs no external id when the role asks for none', async () => {
    const { sts } = await setUp({ estate: twoAccounts(null) });
    expect((await sts.send(assume({ ExternalId: undefined }))).Credentials?.AccessKeyId).toMatch(
      /^ASIASANDBOX/u,
    );
  });

  it.each([
    ['RoleArn', { RoleArn: 'picket-publish-is-no-arn' }, 'ValidationError'],
    ['RoleSessionName', { RoleSessionName: 'no spaces' }, 'ValidationError'],
    ['ExternalId', { ExternalId: 'x' }, 'ValidationError'],
    ['DurationSeconds', { DurationSeconds: 60 }, 'InvalidParameterValue'],
  ])('refuses a malformed %s', async (_name, changes, code) => {
    const { sts } = await setUp({ estate: twoAccounts() });
    expect(await refusal(sts.send(assume(changes)))).toMatchObject({ name: code, status: 400 });
  });
});

describe('STS', () => {
  it('refuses actions that it does not have', async () => {
    const { aws } = await setUp();
    const { status, text } = await sendRaw(aws, {
      service: 'sts',
      body: 'Action=DecodeAuthorizationMessage&Version=2011-06-15',
    });
    expect(status).toBe(400);
    expect(text).toContain('<Code>InvalidAction</Code>');
  });
});
