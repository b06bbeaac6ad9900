import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchUpdateFindingsCommand } from '@aws-sdk/client-securityhub';
import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAws } from '../../src/aws/clients.ts';
import type { Aws, AwsOptions } from '../../src/aws/clients.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { openDatabase } from '../../src/ledger/database.ts';
import type { Database } from '../../src/ledger/database.ts';
import { pageFindings, saveFindings } from '../../src/ledger/findings.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { pageRejected } from '../../src/ledger/publications.ts';
import { createEstate, regionOf } from '../../src/sandbox/aws/create-estate.ts';
import { sandboxCredentials } from '../../src/sandbox/aws/credentials.ts';
import { startSandboxAws } from '../../src/sandbox/aws/start-sandbox-aws.ts';
import type { SandboxAws } from '../../src/sandbox/aws/start-sandbox-aws.ts';
import { asffId, productArn, toAsff } from '../../src/securityhub/asff.ts';
import { ledgerOutbox } from '../../src/securityhub/outbox.ts';
import { createPacer } from '../../src/securityhub/pacer.ts';
import { drainDestination } from '../../src/securityhub/publish.ts';
import type { DrainRequest } from '../../src/securityhub/publish.ts';
import { readFindings } from '../../src/securityhub/read-back.ts';
import { aFinding, destination, manyFindings } from './a-finding.ts';
import { MemoryOutbox } from './memory-outbox.ts';

const { accountId, region } = destination;
const LATER = '2026-03-02T10:00:00.000Z';

/** A ledger on disk, the SDK's clients and a strict Security Hub, joined over HTTP as in production. */
describe('publishing from the ledger to the strict sandbox', () => {
  let directory: string;
  let database: Database;
  let sandbox: SandboxAws;
  let aws: Aws;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'picket-publish-'));
    database = await openDatabase({ dataDirectory: join(directory, 'data') });
    await migrate(database);
  });
  afterAll(async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await database.query('delete from picket.finding');
    sandbox = await startSandboxAws({
      estate: createEstate([{ accountId, regions: [region] }]),
      quotas: false,
    });
    connect();
  });
  afterEach(async () => {
    aws.close();
    await sandbox.close();
  });

  function connect(options: Partial<AwsOptions> = {}): void {
    aws = createAws({ endpoint: sandbox.url, credentials: sandboxCredentials, maxAttempts: 1, ...options });
  }

  function drain(more: Partial<DrainRequest> = {}) {
    return drainDestination({
      outbox: ledgerOutbox(database),
      client: aws.securityHub(region),
      destination,
      partition: 'aws',
      pacer: createPacer({ perSecond: 1e9, burst: 1e9 }),
      ...more,
    });
  }

  const save = (findings: readonly Finding[]) => database.transaction((tx) => saveFindings(tx, findings));
  const imports = () => sandbox.calls.of({ action: 'BatchImportFindings' });
  const stored = () => sandbox.securityHub.findings(accountId, region);

  /** What Security Hub holds is, finding by finding, what the ledger says, in each field that was sent. */
  async function expectInLine(expected: number): Promise<void> {
    const held = new Map<string, AwsSecurityFinding>();
    const client = aws.securityHub(region);
    for await (const finding of readFindings(client, { destination, partition: 'aws' })) {
      held.set(finding.Id ?? '', finding);
    }
    let count = 0;
    for (let after: string | null = null; ;) {
      const page: Finding[] = await pageFindings(database, { after, limit: 500 });
      for (const finding of page) {
        const { ProductFields, ...sent } = toAsff(finding, { partition: 'aws' });
        expect(held.get(sent.Id ?? '')).toMatchObject(sent);
        expect(held.get(sent.Id ?? '')?.ProductFields).toMatchObject(ProductFields ?? {});
        count += 1;
      }
      after = page.at(-1)?.id ?? null;
      if (after === null) break;
    }
    expect(count).toBe(expected);
    expect(held.size).toBe(expected);
  }

  it('sends all once, then only what changed, and archives what was resolved', async () => {
    const findings = manyFindings(250);
    await save(findings);
    expect(await drain()).toEqual({ published: 250, rejected: 0, calls: 3 });
    await expectInLine(250);

    expect(await drain()).toEqual({ published: 0, rejected: 0, calls: 0 });
    expect(imports()).toHaveLength(3);

    const resolved = findings.slice(0, 2).map((finding): Finding => {
      const resolution = 'observed again and found good';
      return { ...finding, state: 'resolved', resolution, resolvedAt: LATER, updatedAt: LATER, revision: 2 };
    });
    await save(resolved);
    expect(await drain()).toEqual({ published: 2, rejected: 0, calls: 1 });
    await expectInLine(250);
    const archived = stored().filter(({ RecordState }) => RecordState === 'ARCHIVED');
    expect(new Set(archived.map(({ Id }) => Id))).toEqual(new Set(resolved.map(asffId)));
    expect(archived).toHaveLength(2);
  });

  it('leaves alone what the customer set, and resets a workflow only by the rules of the service', async () => {
    const finding = aFinding();
    await save([finding]);
    await drain();
    const identifier = { Id: asffId(finding), ProductArn: productArn(destination, 'aws') };
    await aws.securityHub(region).send(
      new BatchUpdateFindingsCommand({
        FindingIdentifiers: [identifier],
        Workflow: { Status: 'SUPPRESSED' },
        Note: { Text: 'known', UpdatedBy: 'someone' },
        Severity: { Label: 'LOW' },
        UserDefinedFields: { team: 'a' },
      }),
    );
    await save([{ ...finding, state: 'reopened', updatedAt: LATER, revision: 2 }]);
    expect(await drain()).toMatchObject({ published: 1 });
    expect(stored()[0]).toMatchObject({
      UpdatedAt: LATER,
      Workflow: { Status: 'SUPPRESSED' },
      Note: { Text: 'known' },
      UserDefinedFields: { team: 'a' },
      Severity: { Label: 'LOW' },
      FindingProviderFields: { Severity: { Label: 'CRITICAL' } },
      ProductFields: { 'picket/state': 'reopened' },
    });
  });

  it('parks the findings that fail, publishes the rest, and tries again when they change', async () => {
    const findings = manyFindings(150);
    await save(findings);
    const bad = findings.filter((_, index) => index % 50 === 7);
    const ids = bad.map(asffId);
    const mend = sandbox.faults.add({
      kind: 'fail-findings',
      failFindingIds: (id) => ids.includes(id),
      code: 'InvalidInput',
      message: 'Finding does not adhere to Amazon Finding Format.',
    });
    expect(await drain()).toEqual({ published: 147, rejected: 3, calls: 2 });
    const parked = await pageRejected(database, { after: null, limit: 10 });
    expect(parked.map(({ finding, code, message }) => [finding.id, code, message])).toEqual(
      bad.map(({ id }) => [id, 'InvalidInput', 'Finding does not adhere to Amazon Finding Format.']),
    );
    expect(await drain()).toMatchObject({ calls: 0 });
    mend();
    await save(bad.map((finding) => ({ ...finding, updatedAt: LATER, revision: 2 })));
    expect(await drain()).toMatchObject({ published: 3, rejected: 0 });
    await expectInLine(150);
  });

  it('parks what our own validation refuses without a call', async () => {
    await save([aFinding({ content: { category: 'Nothing/of/the/kind' } })]);
    expect(await drain()).toEqual({ published: 0, rejected: 1, calls: 0 });
    const [parked] = await pageRejected(database, { after: null, limit: 10 });
    expect(parked?.code).toBe('asff-invalid');
    expect(imports()).toHaveLength(0);
  });

  it('changes nothing by sending again what was taken in by a call that timed out', async () => {
    aws.close();
    connect({ requestTimeoutMs: 300 });
    await save(manyFindings(30));
    sandbox.faults.add({ kind: 'accept-then-timeout', action: 'BatchImportFindings', times: 1 });
    await expect(drain()).rejects.toMatchObject({ code: 'aws-unreachable', retryable: true });
    const before = structuredClone(stored());
    expect(before).toHaveLength(30);
    expect(await drain()).toEqual({ published: 30, rejected: 0, calls: 1 });
    expect(stored()).toEqual(before);
    expect(await drain()).toMatchObject({ calls: 0 });
  });

  it.each([
    ['throttled', { kind: 'throttle' }, 'aws-throttled'],
    ['answered by an internal error', { kind: 'error' }, 'aws-unavailable'],
    ['cut off', { kind: 'drop-connection' }, 'aws-unreachable'],
  ] as const)('asks to be run again when a call is %s, and is in line afterwards', async (_, fault, code) => {
    await save(manyFindings(300));
    sandbox.faults.add({ ...fault, service: 'securityhub', times: 1 });
    await expect(drain()).rejects.toMatchObject({ code, retryable: true });
    expect(await pageRejected(database, { after: null, limit: 1 })).toEqual([]);
    await drain();
    await expectInLine(300);
  });

  it.each(['call', 'findings'] as const)(
    'says that the hub is not enabled when the refusal is of the %s, parks nothing, and recovers',
    async (refusal) => {
      await save(manyFindings(150));
      const { hub } = regionOf(sandbox.estate, accountId, region);
      Object.assign(hub, { enabled: false, refusal });
      await expect(drain()).rejects.toMatchObject({
        code: 'securityhub-not-enabled',
        retryable: false,
        message: expect.stringContaining(`account ${accountId} in Region ${region}`) as string,
      });
      expect(imports()).toHaveLength(1);
      expect(await pageRejected(database, { after: null, limit: 1 })).toEqual([]);
      Object.assign(hub, { enabled: true });
      expect(await drain()).toMatchObject({ published: 150 });
      await expectInLine(150);
    },
  );

  it('names action and role when IAM denies the call', async () => {
    await save(manyFindings(1));
    sandbox.faults.add({ kind: 'deny', action: 'BatchImportFindings' });
    await expect(drain()).rejects.toMatchObject({
      code: 'aws-denied',
      message: expect.stringMatching(/securityhub:BatchImportFindings to the role picket/) as string,
    });
  });

  it('stays under the quota of the service, so that nothing is ever throttled', async () => {
    sandbox.quotas.enabled = true;
    // More calls than the burst; the ledger has no part in it.
    const outbox = new MemoryOutbox(manyFindings(3200));
    expect(await drain({ outbox, pacer: createPacer() })).toEqual({
      published: 3200,
      rejected: 0,
      calls: 32,
    });
    expect(imports().filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(stored()).toHaveLength(3200);
  });

  it('maps every state to what the strict format takes, without an instance and over IPv6 too', async () => {
    await save([
      aFinding({ port: 1 }),
      aFinding({ port: 2, state: 'accepted', updatedAt: LATER, revision: 2 }),
      aFinding({ port: 3, state: 'reopened', updatedAt: LATER, revision: 3 }),
      aFinding({ port: 4, content: { endpoint: { instanceId: null, instanceType: null, tags: {} } } }),
      aFinding({
        port: 5,
        content: { endpoint: { family: 6, address: '2001:db8::7', privateAddress: null } },
      }),
      aFinding({
        port: 6,
        discriminator: '\u0007 odd \ud83d\ude00',
        content: { evidence: { banner: 'x'.repeat(10_000), long: '\u202e漢'.repeat(3000) } },
      }),
    ]);
    expect(await drain()).toEqual({ published: 6, rejected: 0, calls: 1 });
    await expectInLine(6);
  });
});
