import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeHubCommand } from '@aws-sdk/client-securityhub';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { describe, expect, it, vi } from 'vitest';
import { refusal, sendRaw, setUp } from './support/clients.ts';

const wrong = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not/the/sandbox/one' };

describe('the standard environment alone', () => {
  it('points unmodified clients of all three services at the sandbox', async () => {
    const { aws } = await setUp();
    for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
    vi.stubEnv('AWS_PROFILE', undefined);
    vi.stubEnv('AWS_SESSION_TOKEN', undefined);
    const [ec2, sts, hub] = [new EC2Client(), new STSClient(), new SecurityHubClient()];

    const regions = await ec2.send(new DescribeRegionsCommand({}));
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    const described = await hub.send(new DescribeHubCommand({}));

    expect(regions.Regions?.map(({ RegionName }) => RegionName)).toEqual(['us-east-1']);
    expect(identity.Account).toBe('111122223333');
    expect(described.HubArn).toBe('arn:aws:securityhub:us-east-1:111122223333:hub/default');
    for (const client of [ec2, sts, hub]) client.destroy();
  });
});

describe('an access key that is not the sandbox’s', () => {
  it('is EC2’s AuthFailure', async () => {
    const { aws } = await setUp();
    const client = new EC2Client({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: wrong,
      maxAttempts: 1,
    });
    expect(await refusal(client.send(new DescribeRegionsCommand({})))).toEqual({
      name: 'AuthFailure',
      message: 'AWS was not able to validate the provided access credentials',
      status: 401,
    });
    expect(aws.calls.of()).toMatchObject([{ service: 'ec2', account: '', outcome: 'AuthFailure' }]);
    client.destroy();
  });

  it('is STS’s InvalidClientTokenId', async () => {
    const { aws } = await setUp();
    const client = new STSClient({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: wrong,
      maxAttempts: 1,
    });
    expect(await refusal(client.send(new GetCallerIdentityCommand({})))).toMatchObject({
      name: 'InvalidClientTokenId',
      status: 403,
    });
    client.destroy();
  });

  it('is Security Hub’s UnrecognizedClientException', async () => {
    const { hubIn } = await setUp();
    expect(await refusal(hubIn('us-east-1', wrong).send(new DescribeHubCommand({})))).toMatchObject({
      name: 'UnrecognizedClientException',
      status: 403,
    });
  });
});

describe('a Region', () => {
  it('that the account does not have is an authentication failure', async () => {
    const { hubIn } = await setUp();
    expect(await refusal(hubIn('eu-central-1').send(new DescribeHubCommand({})))).toMatchObject({
      name: 'UnrecognizedClientException',
    });
  });

  it('that the account has not opted in to is one too', async () => {
    const { ec2, region } = await setUp();
    region.optInStatus = 'not-opted-in';
    expect(await refusal(ec2.send(new DescribeRegionsCommand({})))).toMatchObject({ name: 'AuthFailure' });
  });
});

describe('the Authorization header', () => {
  it('must be there', async () => {
    const { aws } = await setUp();
    const { status, text } = await sendRaw(aws, { authorization: null, body: 'Action=DescribeRegions' });
    expect(status).toBe(403);
    expect(text).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('must be there for JSON services too, which answer in JSON', async () => {
    const { aws } = await setUp();
    const { status, text, headers } = await sendRaw(aws, {
      authorization: null,
      method: 'GET',
      path: '/accounts',
      type: 'application/json',
    });
    expect(status).toBe(403);
    expect(headers.get('x-amzn-errortype')).toBe('MissingAuthenticationToken');
    expect(JSON.parse(text)).toEqual({
      Code: 'MissingAuthenticationToken',
      Message: 'Missing Authentication Token',
    });
  });

  it.each([
    ['Basic c2FuZGJveDpzYW5kYm94', 'algorithm'],
    ['AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00', 'Credential'],
    [
      'AWS4-HMAC-SHA256 Credential=ASIASANDBOXEXAMPLE00/20260601/us-east-1/ec2, SignedHeaders=host, Signature=00',
      'slash-delimited',
    ],
    [
      'AWS4-HMAC-SHA256 Credential=ASIASANDBOXEXAMPLE00/20260601/us-east-1/ec2/aws5_request, SignedHeaders=host, Signature=00',
      'slash-delimited',
    ],
    [
      'AWS4-HMAC-SHA256 Credential=ASIASANDBOXEXAMPLE00/20260601/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=00',
      'Signature',
    ],
  ])('is refused when it is %s', async (authorization, named) => {
    const { aws } = await setUp();
    const { status, text } = await sendRaw(aws, { authorization, body: 'Action=DescribeRegions' });
    expect(status).toBe(400);
    expect(text).toContain('<Code>IncompleteSignature</Code>');
    expect(text).toContain(named);
  });

  it('must name a service that the sandbox has', async () => {
    const { aws } = await setUp();
    const { status, text } = await sendRaw(aws, { service: 's3', body: 'Action=ListBuckets' });
    expect(status).toBe(404);
    expect(text).toContain('The sandbox has no service s3');
  });
});

describe('requests', () => {
  it('larger than anything AWS takes are refused unread', async () => {
    const { aws } = await setUp();
    const { status } = await sendRaw(aws, { body: 'x'.repeat(17 * 1024 * 1024) });
    expect(status).toBe(413);
  });

  it('to a query service must be forms', async () => {
    const { aws } = await setUp();
    const { status, text } = await sendRaw(aws, { type: 'application/json', body: '{}' });
    expect(status).toBe(400);
    expect(text).toContain('<Code>InvalidRequest</Code>');
  });

  it('to Security Hub must be for an operation that it has', async () => {
    const { aws } = await setUp();
    const { status, text } = await sendRaw(aws, { service: 'securityhub', path: '/insights', body: '{}' });
    expect(status).toBe(404);
    expect(text).toContain('POST /insights');
  });
});

describe('close', () => {
  it('ends connections that are kept alive, and may be called twice', async () => {
    const { aws, ec2 } = await setUp();
    await ec2.send(new DescribeRegionsCommand({}));
    await aws.close();
    await aws.close();
    await expect(fetch(aws.url)).rejects.toThrow('fetch failed');
  });
});
