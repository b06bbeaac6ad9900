import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { BatchImportFindingsCommand } from '@aws-sdk/client-securityhub';
import { afterEach, describe, expect, test } from 'vitest';
import { callAws, eachPage, listed } from '../../src/aws/call.ts';
import { type Aws, createAws } from '../../src/aws/clients.ts';
import { awsError } from '../../src/aws/errors.ts';
import type { PicketError } from '../../src/domain/errors.ts';
import { ec2Error, type FakeEndpoint, fakeCredentials, startFakeEndpoint } from './fake-endpoint.ts';

const call = { service: 'ec2', action: 'DescribeRegions', region: 'eu-west-1' };
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function client(endpoint: string, maxAttempts = 1): Aws {
  const aws = createAws({ endpoint, credentials: fakeCredentials, maxAttempts, requestTimeoutMs: 500 });
  closers.push(() => {
    aws.close();
  });
  return aws;
}

async function fake(...args: Parameters<typeof startFakeEndpoint>): Promise<FakeEndpoint> {
  const endpoint = await startFakeEndpoint(...args);
  closers.push(() => endpoint.close());
  return endpoint;
}

async function failure(aws: Aws, principal?: string): Promise<PicketError> {
  const described = callAws({ ...call, principal }, undefined, () =>
    aws.ec2('eu-west-1').send(new DescribeRegionsCommand({})),
  );
  return described.then(
    () => expect.unreachable('the call succeeded'),
    (error: unknown) => error as PicketError,
  );
}

describe('awsError, over the wire', () => {
  test('a denial names the action and the role that AWS names, and the reason', async () => {
    const message =
      'You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/picket-scanner-of-the-whole-organisation/i-0123456789abcdef0 is not authorized to perform: ec2:DescribeRegions because no identity-based policy allows the ec2:DescribeRegions action. Encoded authorization failure message: abcdefghijklmnop';
    const endpoint = await fake((response) => {
      ec2Error(response, 403, 'UnauthorizedOperation', message);
    });
    const error = await failure(client(endpoint.url, 3));
    expect(error.code).toBe('aws-denied');
    expect(error.retryable).toBe(false);
    expect(error.message).toContain(
      'AWS denied ec2:DescribeRegions to the role picket-scanner-of-the-whole-organisation (arn:aws:sts::111122223333:assumed-role/',
    );
    expect(error.message).toContain('(eu-west-1)');
    expect(error.message).toContain('because no identity-based policy allows');
    expect(error.message).not.toContain('abcdefghijklmnop');
    expect(endpoint.requests).toHaveLength(1);
  });

  test('a denial without a name falls back on the identity', async () => {
    const endpoint = await fake((response) => {
      ec2Error(response, 403, 'UnauthorizedOperation', 'You are not authorized to perform this operation.');
    });
    const error = await failure(client(endpoint.url), 'arn:aws:iam::111122223333:user/ops/ada');
    expect(error.message).toContain('to the user ada (arn:aws:iam::111122223333:user/ops/ada)');
  });

  test('throttling is retried by the SDK, and then a retryable error', async () => {
    const endpoint = await fake((response) => {
      ec2Error(response, 503, 'RequestLimitExceeded', 'Request limit exceeded.');
    });
    const error = await failure(client(endpoint.url, 2));
    expect([error.code, error.retryable]).toEqual(['aws-throttled', true]);
    expect(endpoint.requests).toHaveLength(2);
  });

  test.each([
    ['AuthFailure', 401, 'aws-credentials-refused', false],
    ['RequestExpired', 400, 'aws-credentials-refused', false],
    ['InvalidParameterValue', 400, 'aws-rejected', false],
    ['InternalError', 500, 'aws-unavailable', true],
    ['Unavailable', 503, 'aws-unavailable', true],
  ])('%s (HTTP %i) becomes %s', async (name, status, code, retryable) => {
    const endpoint = await fake((response) => {
      ec2Error(response, status, name, 'The message.');
    });
    const error = await failure(client(endpoint.url));
    expect([error.code, error.retryable]).toEqual([code, retryable]);
    expect(error.message).toContain('eu-west-1');
    expect(error.message).toContain(name);
  });

  test('an answer that is not of the service is retryable', async () => {
    const endpoint = await fake((response) => response.end('<html>Sign in to the guest network</html>'));
    const sent = callAws(call, undefined, () =>
      client(endpoint.url).ec2('eu-west-1').send(new DescribeRegionsCommand({})),
    );
    const read = sent.then((answer) => listed(call, answer.Regions));
    await expect(read).rejects.toMatchObject({ code: 'aws-unavailable', retryable: true });
  });

  test('an empty list is an answer', async () => {
    const endpoint = await fake((response) =>
      response.end(
        '<DescribeRegionsResponse><requestId>r</requestId><regionInfo/></DescribeRegionsResponse>',
      ),
    );
    const answer = await client(endpoint.url).ec2('eu-west-1').send(new DescribeRegionsCommand({}));
    expect(listed(call, answer.Regions)).toEqual([]);
  });

  test('a server that is not there is unreachable', async () => {
    const endpoint = await startFakeEndpoint((response) => response.end());
    await endpoint.close();
    const error = await failure(client(endpoint.url));
    expect([error.code, error.retryable]).toEqual(['aws-unreachable', true]);
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('a server that never answers is unreachable, in bounded time', async () => {
    const endpoint = await fake(() => {});
    const started = Date.now();
    const error = await failure(client(endpoint.url));
    expect([error.code, error.retryable]).toEqual(['aws-unreachable', true]);
    expect(Date.now() - started).toBeLessThan(3_000);
  });

  test('a hub that is not enabled has a code of its own, and HTTP 429 is throttling whatever its name', async () => {
    let name = 'InvalidAccessException';
    const endpoint = await fake((response) => {
      response.writeHead(name === 'InvalidAccessException' ? 401 : 429, {
        'content-type': 'application/json',
        'x-amzn-errortype': name,
      });
      response.end(JSON.stringify({ Message: 'Account 111122223333 is not subscribed to AWS Security Hub' }));
    });
    const hub = client(endpoint.url).securityHub('eu-west-1');
    const where = { service: 'securityhub', action: 'BatchImportFindings', region: 'eu-west-1' };
    const send = (): Promise<unknown> =>
      callAws(where, undefined, () => hub.send(new BatchImportFindingsCommand({ Findings: [] })));
    await expect(send()).rejects.toMatchObject({ code: 'securityhub-not-enabled', retryable: false });
    name = 'SomethingNew';
    await expect(send()).rejects.toMatchObject({ code: 'aws-throttled', retryable: true });
  });
});

describe('awsError', () => {
  test('cuts out keys, tokens and control characters, in the cause as well', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const thrown = Object.assign(new Error(`\u001b[31mbad AKIAIOSFODNN7EXAMPLE ${secret}`), {
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403, requestId: 'r-7' },
      $response: { headers: { authorization: secret } },
    });
    const error = awsError(thrown, call);
    const cause = error.cause as Error;
    const all = [error.message, error.stack, cause.message, cause.stack, JSON.stringify(cause)].join();
    expect(error.code).toBe('aws-credentials-refused');
    expect(all).not.toContain(secret);
    expect(all).not.toContain('AKIAIOSFODNN7EXAMPLE');
    expect(all).not.toContain('\u001b');
    expect(cause).toMatchObject({ requestId: 'r-7' });
  });

  test.each([null, undefined, 'text', 7, {}, new Error('plain')])('maps %j too', (thrown) => {
    expect(awsError(thrown, call).code).toBe('aws-failed');
  });

  test("the caller's own abort is passed on as it is", async () => {
    const endpoint = await fake(() => {});
    const controller = new AbortController();
    const reason = new Error('halted');
    const sent = callAws(call, controller.signal, () =>
      client(endpoint.url)
        .ec2('eu-west-1')
        .send(new DescribeRegionsCommand({}), { abortSignal: controller.signal }),
    );
    setTimeout(() => {
      controller.abort(reason);
    }, 50);
    await expect(sent).rejects.toBe(reason);
  });

  test('pages that go in a circle end in an error', async () => {
    async function* circle(): AsyncGenerator<{ NextToken: string }> {
      for (;;) yield { NextToken: 'again' };
    }
    const read = async (): Promise<void> => {
      for await (const page of eachPage(call, undefined, circle())) expect(page.NextToken).toBe('again');
    };
    await expect(read()).rejects.toThrow('do not end');
  });
});
