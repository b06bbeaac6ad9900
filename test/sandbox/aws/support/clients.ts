import { EC2Client } from '@aws-sdk/client-ec2';
import { SecurityHubClient, type AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { STSClient } from '@aws-sdk/client-sts';
import { afterEach } from 'vitest';
import { ManualClock } from '../../../../src/sandbox/aws/clock.ts';
import { sandboxAccountId, sandboxCredentials } from '../../../../src/sandbox/aws/credentials.ts';
import { regionOf } from '../../../../src/sandbox/aws/create-estate.ts';
import type { SandboxRegion } from '../../../../src/sandbox/aws/estate.ts';
import { startSandboxAws, type SandboxAws } from '../../../../src/sandbox/aws/start-sandbox-aws.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Setup {
  readonly aws: SandboxAws;
  readonly clock: ManualClock;
  readonly region: SandboxRegion;
  readonly ec2: EC2Client;
  readonly sts: STSClient;
  readonly hub: SecurityHubClient;
  readonly hubIn: (region: string, credentials?: Credentials) => SecurityHubClient;
}

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** Starts a sandbox on a clock that stands still, and real SDK clients that do not retry. */
export async function setUp(
  options: Omit<Parameters<typeof startSandboxAws>[0], 'clock'> = {},
): Promise<Setup> {
  const clock = new ManualClock('2026-06-01T00:00:00.000Z');
  const aws = await startSandboxAws({ ...options, clock });
  const configuration = (region: string, credentials: Credentials = sandboxCredentials) => ({
    endpoint: aws.url,
    region,
    credentials,
    maxAttempts: 1,
  });
  const clients: { destroy(): void }[] = [];
  const keep = <Client extends { destroy(): void }>(client: Client): Client => {
    clients.push(client);
    return client;
  };
  open.push(async () => {
    for (const client of clients) client.destroy();
    await aws.close();
  });
  return {
    aws,
    clock,
    region: regionOf(aws.estate, sandboxAccountId, 'us-east-1'),
    ec2: keep(new EC2Client(configuration('us-east-1'))),
    sts: keep(new STSClient(configuration('us-east-1'))),
    hub: keep(new SecurityHubClient(configuration('us-east-1'))),
    hubIn: (region, credentials) => keep(new SecurityHubClient(configuration(region, credentials))),
  };
}

export const productArn = `arn:aws:securityhub:us-east-1:${sandboxAccountId}:product/${sandboxAccountId}/default`;

/** A finding that the service takes, with changes. */
export function aFinding(changes: Partial<AwsSecurityFinding> = {}): AwsSecurityFinding {
  return {
    SchemaVersion: '2018-10-08',
    Id: 'finding-1',
    ProductArn: productArn,
    GeneratorId: 'redis-no-auth',
    AwsAccountId: sandboxAccountId,
    CreatedAt: '2026-05-01T00:00:00.000Z',
    UpdatedAt: '2026-05-01T00:00:00.000Z',
    Title: 'Redis answers commands without authentication',
    Description: 'Anyone can read and write it.',
    Resources: [
      { Type: 'AwsEc2Instance', Id: 'arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0' },
    ],
    FindingProviderFields: {
      Severity: { Label: 'CRITICAL', Original: 'no authentication' },
      Types: ['Effects/Data Exposure'],
    },
    ...changes,
  };
}

/** What a call was refused with. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ name: string; message: string; status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }) : {};
    return { name: error.name, message: error.message, status: metadata.httpStatusCode };
  }
  throw new Error('The call was expected to fail, but did not.');
}

/** Sends a request that no SDK would make. */
export async function sendRaw(
  aws: SandboxAws,
  request: {
    method?: string;
    path?: string;
    service?: string;
    authorization?: string | null;
    body?: string;
    type?: string;
  },
): Promise<{ status: number; text: string; headers: Headers }> {
  const credential = `${sandboxCredentials.accessKeyId}/20260601/us-east-1/${request.service ?? 'ec2'}/aws4_request`;
  const authorization =
    request.authorization === undefined
      ? `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${'0'.repeat(64)}`
      : request.authorization;
  const response = await fetch(`${aws.url}${request.path ?? '/'}`, {
    method: request.method ?? 'POST',
    headers: {
      'content-type': request.type ?? 'application/x-www-form-urlencoded',
      connection: 'close',
      ...(authorization === null ? {} : { authorization }),
    },
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
