import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAws } from '../../src/aws/clients.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import type { Run } from '../../src/domain/run.ts';
import { pageCoverage, planCoverage } from '../../src/ledger/coverage.ts';
import { openDatabase } from '../../src/ledger/database.ts';
import type { Database } from '../../src/ledger/database.ts';
import { saveEndpoints } from '../../src/ledger/endpoints.ts';
import { pageFindings } from '../../src/ledger/findings.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { observationsOf } from '../../src/ledger/observations.ts';
import { createRun } from '../../src/ledger/runs.ts';
import type { RunContext } from '../../src/runs/context.ts';
import { scanChunk } from '../../src/runs/scan-chunk.ts';
import { createDialler } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { derivations } from '../../src/derivations/derivations.ts';
import { createDatagramDialler } from '../../src/scanner/datagram-dialler.ts';
import { loadProbes } from '../../src/scanner/registry.ts';
import type { Ownership } from '../../src/scope/ownership.ts';
import { createScope } from '../../src/scope/scope.ts';
import { readEnvironment } from '../../src/settings/environment.ts';
import { loadSoftware } from '../../src/settings/load-software.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { makeEndpoint } from '../ledger/samples.ts';

const never = new AbortController().signal;

let database: Database;
let directory: string;
let serial = 0;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'picket-runs-'));
  database = await openDatabase({ dataDirectory: path.join(directory, 'data') });
  await migrate(database);
}, 120_000);
afterAll(async () => {
  await database.close();
  await rm(directory, { recursive: true, force: true });
});

/** A web server at a loopback address that is not what it should be; counts its connections. */
async function listen(address: string): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>Shop</title>Welcome');
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => {
    server.listen(0, address, resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

interface World {
  readonly run: Run;
  readonly endpoints: readonly Endpoint[];
  /** What EC2 says, the first time that it is asked about an endpoint and every time after. */
  readonly answers: Map<string, readonly [before: Ownership['state'], after: Ownership['state']]>;
  readonly context: RunContext;
}

/** A run over some endpoints with one exposed port each, planned as one chunk. */
async function world(
  ports: readonly number[],
  changes: { leaseMs?: number; greetingWaitMs?: number } = {},
): Promise<World> {
  serial += 1;
  const endpoints = ports.map((port, index) =>
    makeEndpoint(serial * 1000 + index, {
      address: `127.32.${serial}.${index + 1}`,
      tags: { env: 'test' },
      exposure: {
        state: 'known',
        rules: [
          {
            securityGroupId: 'sg-1',
            securityGroupRuleId: 'sgr-1',
            transport: 'tcp',
            fromPort: port,
            toPort: port,
            source: '0.0.0.0/0',
          },
        ],
        networkAclId: null,
        networkAclEntries: [],
        internetGatewayId: 'igw-1',
      },
    }),
  );
  const run: Run = {
    id: `run-test-${serial}`,
    trigger: 'ad-hoc',
    requestedBy: 'a test',
    reason: null,
    selection: {},
    profile: 'standard',
    status: 'running',
    createdAt: new Date().toISOString(),
    startedAt: null,
    finishedAt: null,
    problems: [],
  };
  await saveEndpoints(database, endpoints, { runId: run.id, seenAt: run.createdAt });
  await createRun(database, run);
  await planCoverage(database, {
    runId: run.id,
    selection: { endpoints: endpoints.map(({ id }) => id) },
    after: null,
    limit: 50,
    firstChunk: 0,
    chunkSize: 50,
    notCovered: new Map(),
  });

  const probes = await loadProbes();
  const settings = await loadSettings({
    environment: readEnvironment({}),
    probes: [...probes.values()],
    derivations,
  });
  const answers: World['answers'] = new Map();
  const asked = new Set<string>();
  const aws = createAws({ endpoint: 'http://127.0.0.1:9', region: 'eu-central-1' });
  onTestFinished(() => aws.close());
  const context: RunContext = {
    database,
    settings: {
      ...settings,
      profiles: settings.profiles.map((profile) => ({
        ...profile,
        sweep: [],
        greetingWaitMs: changes.greetingWaitMs ?? 100,
      })),
    },
    aws,
    identity: { accountId: '111122223333', partition: 'aws', arn: 'arn:aws:iam::111122223333:role/test' },
    scope: createScope({
      ownership: {
        read: async (asking) =>
          asking.map(({ id }): Ownership => {
            const [before, after] = answers.get(id) ?? ['owned', 'owned'];
            const state = asked.has(id) ? after : before;
            asked.add(id);
            return state === 'owned' ? { state, provedAt: Date.now() } : { state, reason: 'says the test' };
          }),
      },
      authorisations: [
        {
          id: 'test',
          grantedBy: 'the test',
          ticket: 'T-1',
          classes: ['read'],
          contact: 'security@example.com',
          from: '2020-01-01T00:00:00.000Z',
          until: '2099-01-01T00:00:00.000Z',
          covers: { tags: { env: 'test' } },
        },
      ],
      leaseMs: changes.leaseMs ?? 300_000,
      sandbox: true,
    }),
    probes,
    knowledge: await loadSoftware({ configDir: readEnvironment({}).configDir, probes: [...probes.values()] }),
    pacing: createPacing(),
    dial: createDialler({ now: Date.now }),
    dialDatagram: createDatagramDialler({ now: Date.now }),
    canary: null,
    userAgent: 'Picket',
    logger: pino({ level: 'silent' }),
    now: () => new Date(),
  };
  return { run, endpoints, answers, context };
}

async function outcomes({ run }: World): Promise<Record<string, string>> {
  const entries = await pageCoverage(database, run.id, { after: null, limit: 100 });
  return Object.fromEntries(entries.map(({ address, outcome }) => [address, outcome]));
}

describe('scanChunk', () => {
  let servers: Awaited<ReturnType<typeof listen>>[];
  let given: World;

  beforeEach(async () => {
    const next = serial + 1;
    servers = [await listen(`127.32.${next}.1`), await listen(`127.32.${next}.2`)];
    given = await world(servers.map(({ port }) => port));
  });

  const findings = async (endpoint: Endpoint | undefined): Promise<string[]> => {
    const page = await pageFindings(database, { endpointIds: [endpoint?.id ?? ''], after: null, limit: 100 });
    return page.map(({ checkId }) => checkId);
  };

  it('stores outcome, observations and findings of what it has seen', async () => {
    expect(await scanChunk(given.context, { run: given.run, chunk: 0 }, never)).toBe(true);
    const [first] = given.endpoints;
    expect(Object.values(await outcomes(given))).toEqual(['scanned', 'scanned']);
    expect(await findings(first)).toContain('http-cleartext-content');
    const seen = await observationsOf(database, first?.id ?? '');
    expect(seen.map(({ probe, status }) => `${probe} ${status}`)).toContain('tcp answered');
  });

  it('throws away what it saw at an address that has moved meanwhile', async () => {
    const [moved, stayed] = given.endpoints;
    given.answers.set(moved?.id ?? '', ['owned', 'moved']);
    await scanChunk(given.context, { run: given.run, chunk: 0 }, never);
    expect(await outcomes(given)).toEqual({
      [moved?.address ?? '']: 'moved',
      [stayed?.address ?? '']: 'scanned',
    });
    expect(await observationsOf(database, moved?.id ?? '')).toEqual([]);
    expect(await findings(moved)).toEqual([]);
    expect(await findings(stayed)).toContain('http-cleartext-content');
  });

  it('throws away what EC2 cannot confirm, and says that nothing is known', async () => {
    const [endpoint] = given.endpoints;
    given.answers.set(endpoint?.id ?? '', ['owned', 'unknown']);
    await scanChunk(given.context, { run: given.run, chunk: 0 }, never);
    expect((await outcomes(given))[endpoint?.address ?? '']).toBe('not-covered');
    expect(await findings(endpoint)).toEqual([]);
  });

  it.each([
    ['moved', 'moved'],
    ['unknown', 'not-covered'],
  ] as const)('sends nothing where EC2 says %s before the scan', async (state, outcome) => {
    const [endpoint] = given.endpoints;
    given.answers.set(endpoint?.id ?? '', [state, 'owned']);
    await scanChunk(given.context, { run: given.run, chunk: 0 }, never);
    expect((await outcomes(given))[endpoint?.address ?? '']).toBe(outcome);
    expect(servers[0]?.connections()).toBe(0);
    expect(servers[1]?.connections()).toBeGreaterThan(0);
  });

  it('leaves what is not done for whoever comes next, and does nothing twice', async () => {
    const halted = AbortSignal.abort(new Error('going down'));
    expect(await scanChunk(given.context, { run: given.run, chunk: 0 }, halted)).toBe(false);
    expect(Object.values(await outcomes(given))).toEqual(['planned', 'planned']);
    expect(servers.map(({ connections }) => connections())).toEqual([0, 0]);

    expect(await scanChunk(given.context, { run: given.run, chunk: 0 }, never)).toBe(true);
    const connections = servers.map((server) => server.connections());
    expect(await scanChunk(given.context, { run: given.run, chunk: 0 }, never)).toBe(true);
    expect(servers.map((server) => server.connections())).toEqual(connections);
  });

  it('ends closed when the lease runs out during the scan: no packet after it, and no verdict', async () => {
    const server = await listen(`127.32.${serial + 1}.1`);
    // EC2 is gone after the first answer, and the lease is over before the greeting has been waited for.
    given = await world([server.port], { leaseMs: 1_000, greetingWaitMs: 2_000 });
    const [endpoint] = given.endpoints;
    given.answers.set(endpoint?.id ?? '', ['owned', 'unknown']);
    await scanChunk(given.context, { run: given.run, chunk: 0 }, never);
    expect((await outcomes(given))[endpoint?.address ?? '']).toBe('not-covered');
    expect(await observationsOf(database, endpoint?.id ?? '')).toEqual([]);
    // The one that waited for the greeting; identification would have made more.
    expect(server.connections()).toBe(1);
  });
});
