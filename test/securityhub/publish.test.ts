import { setTimeout as delay } from 'node:timers/promises';
import { BatchImportFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { PermanentError, RetryableError } from '../../src/domain/errors.ts';
import { asffId } from '../../src/securityhub/asff.ts';
import { createPacer } from '../../src/securityhub/pacer.ts';
import { drainDestination } from '../../src/securityhub/publish.ts';
import type { DrainRequest } from '../../src/securityhub/publish.ts';
import { aFinding, destination, manyFindings } from './a-finding.ts';
import { MemoryOutbox } from './memory-outbox.ts';
import { allGood, HttpFailure, stubClient } from './stub-client.ts';

/** A pacer that never waits: most tests are not about time. */
const atOnce = () => createPacer({ perSecond: 1e9, burst: 1e9 });

function drain(outbox: MemoryOutbox, client: SecurityHubClient, more: Partial<DrainRequest> = {}) {
  return drainDestination({ outbox, client, destination, partition: 'aws', pacer: atOnce(), ...more });
}

describe('drainDestination', () => {
  it('sends every finding once, 100 to a call, and then nothing', async () => {
    const outbox = new MemoryOutbox(manyFindings(1234));
    const { client, requests } = stubClient(allGood);
    expect(await drain(outbox, client)).toEqual({ published: 1234, rejected: 0, calls: 13 });
    expect(requests).toHaveLength(13);
    expect(new Set(outbox.published.map(({ id }) => id)).size).toBe(1234);
    expect(await drain(outbox, client)).toEqual({ published: 0, rejected: 0, calls: 0 });
    expect(requests).toHaveLength(13);
  });

  it('sends only what belongs to the destination', async () => {
    const stranger = aFinding({ accountId: '444455556666' });
    const elsewhere = aFinding({ port: 1, region: 'us-east-1' });
    const outbox = new MemoryOutbox([stranger, elsewhere, aFinding({ port: 2 })]);
    const { client } = stubClient(allGood);
    expect(await drain(outbox, client)).toMatchObject({ published: 1 });
  });

  it('parks each failed finding with the code and message of the service, and publishes the rest', async () => {
    const findings = manyFindings(10);
    const outbox = new MemoryOutbox(findings);
    const bad = findings.slice(3, 5).map(asffId);
    const mock = mockClient(SecurityHubClient);
    mock.on(BatchImportFindingsCommand).resolves({
      FailedCount: 2,
      SuccessCount: 8,
      FailedFindings: bad.map((Id) => ({
        Id,
        ErrorCode: 'InvalidInput',
        ErrorMessage: `${Id} is bad\u0007`,
      })),
    });
    const warnings: unknown[] = [];
    const client = new SecurityHubClient({ region: 'eu-central-1' });
    const logger = { warn: (particulars: unknown) => warnings.push(particulars) };
    expect(await drain(outbox, client, { logger })).toEqual({ published: 8, rejected: 2, calls: 1 });
    expect([...outbox.rejected.values()].map(({ code, message }) => [code, message])).toEqual(
      bad.map((id) => ['InvalidInput', `${id} is bad`]),
    );
    expect(outbox.published).toHaveLength(8);
    expect(warnings).toHaveLength(2);
    expect(mock.calls()).toHaveLength(1);
    mock.restore();
  });

  it('parks an invalid finding with our own sentence and never sends it', async () => {
    const bad = aFinding({ port: 1, content: { category: 'Nonsense/a/b/c' } });
    const outbox = new MemoryOutbox([bad, aFinding({ port: 2 })]);
    const { client, requests } = stubClient(allGood);
    expect(await drain(outbox, client)).toEqual({ published: 1, rejected: 1, calls: 1 });
    expect(outbox.rejected.get(bad.id)).toMatchObject({ code: 'asff-invalid', revision: 1 });
    expect(outbox.rejected.get(bad.id)?.message).toContain(
      '$.FindingProviderFields.Types[0] is "Nonsense/a/b/c"',
    );
    expect(requests.map(({ body }) => body).join('')).not.toContain('Nonsense');
  });

  it('tries a parked finding again when it has changed', async () => {
    const bad = aFinding({ content: { category: 'Nonsense/a/b/c' } });
    const outbox = new MemoryOutbox([bad]);
    const { client } = stubClient(allGood);
    await drain(outbox, client);
    expect(await drain(outbox, client)).toMatchObject({ rejected: 0, calls: 0 });
    outbox.findings.set(bad.id, { ...aFinding(), revision: 2, updatedAt: '2026-03-02T00:00:00.000Z' });
    expect(await drain(outbox, client)).toMatchObject({ published: 1, rejected: 0 });
  });

  it('finds the one malformed finding for which a whole call is refused', async () => {
    const findings = manyFindings(100);
    const culprit = findings[37];
    if (culprit === undefined) throw new Error('there are 100');
    const outbox = new MemoryOutbox(findings);
    const { client, requests } = stubClient((request) =>
      request.findings.some(({ Id }) => Id === asffId(culprit))
        ? new HttpFailure(400, 'InvalidInputException', 'Invalid parameter: ProductArn')
        : allGood(request),
    );
    expect(await drain(outbox, client)).toMatchObject({ published: 99, rejected: 1 });
    expect(outbox.rejected.get(culprit.id)).toMatchObject({
      code: 'InvalidInputException',
      message: 'Invalid parameter: ProductArn',
    });
    expect(requests.length).toBeLessThanOrEqual(16);
  });

  it('parks nothing when every call is refused: the fault is then not in a finding', async () => {
    const outbox = new MemoryOutbox(manyFindings(250));
    const { client, requests } = stubClient(
      () => new HttpFailure(400, 'InvalidInputException', 'bad product'),
    );
    await expect(drain(outbox, client)).rejects.toMatchObject({
      code: 'securityhub-input-refused',
      retryable: false,
      message: expect.stringContaining('bad product') as string,
    });
    expect(outbox.rejected.size).toBe(0);
    expect(requests.length).toBeLessThan(20);
  });

  it.each([
    ['a throttled call', new HttpFailure(429, 'TooManyRequestsException'), 'aws-throttled'],
    ['a limit', new HttpFailure(429, 'LimitExceededException'), 'aws-throttled'],
    ['a failing service', new HttpFailure(500, 'InternalException'), 'aws-unavailable'],
    ['a gateway that fails', new HttpFailure(503, 'ServiceUnavailable'), 'aws-unavailable'],
  ])('asks to be run again after %s, and parks nothing', async (_, failure, code) => {
    const outbox = new MemoryOutbox(manyFindings(10));
    const { client } = stubClient(() => failure);
    const error: unknown = await drain(outbox, client).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code });
    expect(outbox.rejected.size + outbox.published.length).toBe(0);
  });

  it.each([
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    [Object.assign(new Error('timed out'), { name: 'TimeoutError' })],
  ])('asks to be run again when the network fails: %s', async (failure) => {
    const outbox = new MemoryOutbox(manyFindings(3));
    const { client } = stubClient(() => Promise.reject(failure));
    await expect(drain(outbox, client)).rejects.toMatchObject({ code: 'aws-unreachable', retryable: true });
  });

  it('keeps what was recorded before the failure, and sends only the rest the next time', async () => {
    const outbox = new MemoryOutbox(manyFindings(250));
    let broken = true;
    const { client, requests } = stubClient((request) =>
      broken && request.index === 1 ? new HttpFailure(500, 'InternalException') : allGood(request),
    );
    await expect(drain(outbox, client, { callsAtOnce: 1 })).rejects.toBeInstanceOf(RetryableError);
    const before = outbox.published.length;
    expect(before).toBe(100);
    broken = false;
    const sent = requests.length;
    expect(await drain(outbox, client)).toEqual({ published: 150, rejected: 0, calls: 2 });
    expect(requests).toHaveLength(sent + 2);
  });

  it('waits for what is in flight when another call fails, and records it', async () => {
    const outbox = new MemoryOutbox(manyFindings(300));
    const { client } = stubClient(async (request) => {
      if (request.index === 1) return new HttpFailure(500, 'InternalException');
      if (request.index === 2) await delay(50);
      return allGood(request);
    });
    await expect(drain(outbox, client)).rejects.toBeInstanceOf(RetryableError);
    expect(outbox.published).toHaveLength(200);
  });

  it.each([
    [
      'as an exception',
      () => new HttpFailure(401, 'InvalidAccessException', 'Account is not subscribed to AWS Security Hub'),
    ],
    [
      'finding by finding',
      ({ findings }: { findings: { Id?: string | undefined }[] }) => ({
        FailedCount: findings.length,
        SuccessCount: 0,
        FailedFindings: findings.map(({ Id }) => ({
          Id,
          ErrorCode: 'InvalidAccess',
          ErrorMessage: 'Account is not subscribed to AWS Security Hub',
        })),
      }),
    ],
  ])(
    'names account and Region when the hub is not enabled, told %s, and parks nothing',
    async (_, answer) => {
      const outbox = new MemoryOutbox(manyFindings(500));
      const { client, requests } = stubClient(answer);
      const error: unknown = await drain(outbox, client).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PermanentError);
      expect(error).toMatchObject({
        code: 'securityhub-not-enabled',
        message:
          'Security Hub takes no findings of account 111122223333 in Region eu-central-1: got "Account is not ' +
          'subscribed to AWS Security Hub", expected Security Hub CSPM to be enabled in eu-central-1, and credentials ' +
          'of account 111122223333 itself.',
      });
      expect(outbox.rejected.size + outbox.published.length).toBe(0);
      expect(requests).toHaveLength(1);
    },
  );

  it('parks a single finding without access when others of the call were taken', async () => {
    const findings = manyFindings(3);
    const outbox = new MemoryOutbox(findings);
    const { client } = stubClient(({ findings: sent }) => ({
      FailedCount: 1,
      SuccessCount: sent.length - 1,
      FailedFindings: [{ Id: sent[0]?.Id, ErrorCode: 'InvalidAccess', ErrorMessage: 'not yours' }],
    }));
    expect(await drain(outbox, client)).toMatchObject({ published: 2, rejected: 1 });
  });

  it('names the action and the role that IAM denied', async () => {
    const outbox = new MemoryOutbox(manyFindings(3));
    const { client } = stubClient(
      () =>
        new HttpFailure(
          403,
          'AccessDeniedException',
          'User: arn:aws:sts::111122223333:assumed-role/picket-publish/session is not authorized to perform: ' +
            'securityhub:BatchImportFindings on resource: x because no identity-based policy allows it',
        ),
    );
    await expect(drain(outbox, client)).rejects.toMatchObject({
      code: 'aws-denied',
      retryable: false,
      message: expect.stringMatching(/securityhub:BatchImportFindings.*picket-publish/) as string,
    });
  });

  it('does not park findings for the sake of a fault of the service itself', async () => {
    const findings = manyFindings(4);
    const outbox = new MemoryOutbox(findings);
    const { client } = stubClient(({ findings: sent }) => ({
      FailedCount: 2,
      SuccessCount: sent.length - 2,
      FailedFindings: [
        { Id: sent[0]?.Id, ErrorCode: 'InternalFailure', ErrorMessage: 'try again' },
        { Id: sent[1]?.Id, ErrorCode: 'InvalidInput', ErrorMessage: 'bad' },
      ],
    }));
    await expect(drain(outbox, client)).rejects.toMatchObject({
      code: 'securityhub-deferred',
      retryable: true,
      message: expect.stringContaining('1 findings') as string,
    });
    expect(outbox.rejected.size).toBe(1);
    expect(outbox.published).toHaveLength(2);
  });

  it.each([
    ['counts that do not add up', { FailedCount: 0, SuccessCount: 2, FailedFindings: [] }],
    ['a failure without name', { FailedCount: 1, SuccessCount: 2, FailedFindings: [] }],
    ['no counts', {}],
  ])('records nothing on an answer with %s', async (_, answer) => {
    const outbox = new MemoryOutbox(manyFindings(3));
    const { client } = stubClient(() => answer);
    await expect(drain(outbox, client)).rejects.toMatchObject({ code: 'securityhub-answer-inconsistent' });
    expect(outbox.rejected.size + outbox.published.length).toBe(0);
  });

  it('sends the newer revision of a finding that changed while it was under way', async () => {
    const finding = aFinding();
    const outbox = new MemoryOutbox([finding]);
    const { client, requests } = stubClient((request) => {
      if (request.index === 0) {
        outbox.findings.set(finding.id, {
          ...finding,
          state: 'resolved',
          revision: 2,
          updatedAt: '2026-03-02T10:00:00.000Z',
        });
      }
      return allGood(request);
    });
    expect(await drain(outbox, client)).toMatchObject({ published: 2 });
    expect(outbox.published.map(({ revision }) => revision)).toEqual([1, 2]);
    expect(requests.map(({ body }) => body.includes('"ARCHIVED"'))).toEqual([false, true]);
  });

  it('stops soon when halted, with the reason of the signal, and loses nothing', async () => {
    const outbox = new MemoryOutbox(manyFindings(1000));
    const halt = new AbortController();
    const { client } = stubClient(async (request) => {
      if (request.index === 3) {
        halt.abort(new Error('shutting down'));
        await delay(60_000, undefined, { ref: false });
      }
      return allGood(request);
    });
    const started = performance.now();
    await expect(drain(outbox, client, { signal: halt.signal, callsAtOnce: 2 })).rejects.toThrow(
      'shutting down',
    );
    expect(performance.now() - started).toBeLessThan(5_000);
    const rest = stubClient(allGood);
    const before = outbox.published.length;
    expect(before).toBeGreaterThan(0);
    expect(await drain(outbox, rest.client)).toMatchObject({ published: 1000 - before });
  });

  it('paces every attempt, including those that the SDK makes by itself', async () => {
    const outbox = new MemoryOutbox(manyFindings(1500));
    const { client, requests } = stubClient(
      (request) =>
        request.index % 3 === 1 ? new HttpFailure(429, 'TooManyRequestsException') : allGood(request),
      4,
    );
    const taken: number[] = [];
    const pacer = createPacer({ perSecond: 50, burst: 5 });
    await drain(outbox, client, {
      pacer: {
        take: async (signal) => {
          await pacer.take(signal);
          taken.push(performance.now());
        },
      },
    });
    expect(outbox.published).toHaveLength(1500);
    expect(requests.length).toBeGreaterThan(15);
    expect(taken).toHaveLength(requests.length);
    for (const [index, { at }] of requests.entries()) {
      const first = requests[0]?.at ?? 0;
      // A token bucket's promise, with a little room for the clock of the machine.
      expect(index + 1).toBeLessThanOrEqual(5 + ((at - first) / 1000) * 50 + 1);
    }
  });

  it('has ten calls in flight once the first has succeeded, and never more', async () => {
    const outbox = new MemoryOutbox(manyFindings(3000));
    let inFlight = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const { client } = stubClient(async (request) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      if (request.index === 0) await delay(20);
      // Nobody is answered before ten are there; the last nine of thirty calls could wait for ever.
      else if (request.index <= 20) {
        const full = new Promise<void>((resolve) => waiting.push(resolve));
        if (inFlight === 10) for (const resolve of waiting.splice(0)) resolve();
        await full;
      }
      inFlight -= 1;
      return allGood(request);
    });
    await drain(outbox, client);
    expect(most).toBe(10);
    expect(outbox.published).toHaveLength(3000);
  });

  it('reads the outbox page by page and no further ahead than it sends', async () => {
    const outbox = new MemoryOutbox(manyFindings(2500));
    const pagesAt: number[] = [];
    const { client } = stubClient((request) => {
      pagesAt.push(outbox.pages);
      return allGood(request);
    });
    await drain(outbox, client, { callsAtOnce: 1 });
    expect(pagesAt[0]).toBe(1);
    expect(pagesAt[24]).toBeGreaterThanOrEqual(5);
  });
});
