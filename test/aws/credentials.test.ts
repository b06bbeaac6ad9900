import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Aws, createAws } from '../../src/aws/clients.ts';
import { credentialsProblem } from '../../src/aws/credentials.ts';
import { identity } from '../../src/aws/identity.ts';
import { type FakeEndpoint, fakeCredentials, startFakeEndpoint } from './fake-endpoint.ts';

let metadata: FakeEndpoint | undefined;
let aws: Aws | undefined;

beforeEach(() => {
  // Nothing of the machine that the test runs on: no keys, no profile, no real metadata service.
  for (const name of [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_PROFILE',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_ENDPOINT_URL',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_EC2_METADATA_DISABLED',
  ]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent/config');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent/credentials');
});

afterEach(async () => {
  aws?.close();
  await metadata?.close();
  metadata = undefined;
});

async function withMetadata(...args: Parameters<typeof startFakeEndpoint>): Promise<void> {
  metadata = await startFakeEndpoint(...args);
  vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', metadata.url);
}

describe('credentialsProblem', () => {
  test('no credentials anywhere is one sentence that names the sandbox', async () => {
    await withMetadata((response) => {
      response.writeHead(404);
      response.end();
    });
    aws = createAws({ region: 'eu-west-1' });
    const problem = await credentialsProblem(aws);
    expect(problem?.code).toBe('aws-credentials-missing');
    expect(problem?.retryable).toBe(false);
    expect(problem?.message).toContain('npm run sandbox');
    expect(problem?.message).toContain('npm run demo');
    expect(problem?.message.match(/\.(?:\s|$)/g)).toHaveLength(1);
    await expect(identity(aws)).rejects.toMatchObject({ code: 'aws-credentials-missing' });
  });

  test('a metadata service that never answers costs less than four seconds', async () => {
    await withMetadata(() => {});
    aws = createAws({ region: 'eu-west-1' });
    const started = Date.now();
    expect((await credentialsProblem(aws))?.code).toBe('aws-credentials-missing');
    expect(Date.now() - started).toBeLessThan(4_000);
    expect(metadata?.requests.length).toBeGreaterThan(0);
  });

  test('a profile that is not there is named', async () => {
    vi.stubEnv('AWS_PROFILE', 'scanner');
    await withMetadata((response) => {
      response.writeHead(404);
      response.end();
    });
    aws = createAws({ region: 'eu-west-1' });
    const problem = await credentialsProblem(aws);
    expect(problem?.code).toBe('aws-credentials-missing');
  });

  test('the standard chain finds the environment, and the metadata service is not asked', async () => {
    await withMetadata((response) => response.end());
    vi.stubEnv('AWS_ACCESS_KEY_ID', fakeCredentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', fakeCredentials.secretAccessKey);
    aws = createAws({ region: 'eu-west-1' });
    expect(await credentialsProblem(aws)).toBeNull();
    expect(metadata?.requests).toEqual([]);
  });
});

describe('identity', () => {
  const answer = (arn: string, account: string): string =>
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>A</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

  test.each([
    ['arn:aws:sts::111122223333:assumed-role/picket/i-1', 'aws'],
    ['arn:aws-us-gov:iam::111122223333:user/ada', 'aws-us-gov'],
    ['arn:aws-cn:iam::111122223333:root', 'aws-cn'],
  ])('reads the partition from %s, through AWS_ENDPOINT_URL', async (arn, partition) => {
    const sts = await startFakeEndpoint((response) => response.end(answer(arn, '111122223333')));
    metadata = sts;
    vi.stubEnv('AWS_ENDPOINT_URL', sts.url);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    aws = createAws({ credentials: fakeCredentials });
    expect(await identity(aws)).toEqual({ accountId: '111122223333', partition, arn });
    expect(await aws.homeRegion()).toBe('eu-west-1');
  });

  test('an answer without an account is refused', async () => {
    metadata = await startFakeEndpoint((response) => response.end(answer('', '')));
    aws = createAws({ credentials: fakeCredentials, endpoint: metadata.url, region: 'eu-west-1' });
    await expect(identity(aws)).rejects.toMatchObject({ code: 'aws-rejected' });
  });

  test('without a Region anywhere the sentence says so', async () => {
    aws = createAws({ credentials: fakeCredentials, endpoint: 'http://127.0.0.1:9' });
    expect(await aws.homeRegion()).toBeNull();
    await expect(identity(aws)).rejects.toMatchObject({ code: 'aws-region-missing' });
  });
});

test('clients are made once for each Region', () => {
  aws = createAws({ credentials: fakeCredentials, region: 'eu-west-1' });
  expect(aws.ec2('eu-west-1')).toBe(aws.ec2('eu-west-1'));
  expect(aws.ec2()).toBe(aws.ec2('eu-west-1'));
  expect(aws.ec2('us-east-1')).not.toBe(aws.ec2('eu-west-1'));
  expect(aws.securityHub('eu-west-1')).toBe(aws.securityHub('eu-west-1'));
  expect(aws.sts()).toBe(aws.sts());
});
