import path from 'node:path';
import { Duplex } from 'node:stream';
import { pino } from 'pino';
import { z } from 'zod';
import { createAws } from '../src/aws/clients.ts';
import { compileCheck } from '../src/checks/compile.ts';
import type { Profile } from '../src/domain/profile.ts';
import type { Database } from '../src/ledger/database.ts';
import type { RunContext } from '../src/runs/context.ts';
import type { Dial } from '../src/scanner/dialler.ts';
import { createPacing } from '../src/scanner/pacing.ts';
import { derivations } from '../src/derivations/derivations.ts';
import { defineProbe } from '../src/scanner/probe.ts';
import { loadProbes } from '../src/scanner/registry.ts';
import type { OwnershipReader } from '../src/scope/ownership.ts';
import { createScope } from '../src/scope/scope.ts';
import { loadSoftware } from '../src/settings/load-software.ts';
import { loadSettings } from '../src/settings/load-settings.ts';
import { accountId, openPort } from './endpoints.ts';

export const PROFILE = 'bench';

/** Stands in for `tcp`, which every port begins with: says at once that the port is open. */
const noopProbe = defineProbe({
  id: 'tcp',
  title: 'Nothing',
  transport: 'tcp',
  defaultPorts: [],
  layers: ['plain'],
  facts: z.strictObject({
    open: z.literal(true).describe('Always'),
    greeting: z.string().nullable().describe('Never any'),
  }),
  run: () => Promise.resolve({ open: true as const, greeting: null }),
});

/** Stands in for the protocol that the catalogue advises at the port: answers at once, so that nothing is guessed. */
const noopProtocol = defineProbe({
  id: 'noop',
  title: 'Nothing',
  transport: 'tcp',
  defaultPorts: [],
  layers: ['plain'],
  facts: z.strictObject({}),
  run: () => Promise.resolve({}),
});

/** Opens nothing. The stream stays silent until it is closed. */
const noDial: Dial = () => {
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  return Promise.resolve({
    stream,
    encrypted: false,
    rawBytesReceived: 0,
    startTls: () => Promise.reject(new Error('The benchmark has no TLS.')),
    close: () => void stream.destroy(),
    abort: () => void stream.destroy(),
  });
};

/** Says "owned" without asking EC2. */
const ownsEverything: OwnershipReader = {
  read: (endpoints) => {
    const provedAt = Date.now();
    return Promise.resolve(endpoints.map(() => ({ state: 'owned', provedAt })));
  },
};

/**
 * What the service puts together at its start, but for three things: the only probe does nothing, the dialler opens
 * nothing, and ownership is not asked of EC2. Profile: one port, the service's own limits otherwise.
 *
 * @param fires whether the one check that is about the probe fires, so that every endpoint has an open finding.
 */
export async function createNoopContext(
  database: Database,
  { fires }: { readonly fires: boolean },
): Promise<RunContext> {
  const configDir = path.resolve(import.meta.dirname, '../config');
  const probes = await loadProbes();
  const settings = await loadSettings({
    environment: { configDir },
    probes: [...probes.values()],
    derivations,
  });
  const [standard] = settings.profiles;
  if (standard === undefined) throw new Error('The configuration has no profile.');
  const profile: Profile = { ...standard, id: PROFILE, sweep: [openPort], probesOnUnknownPorts: [] };
  const facts = { open: true, greeting: null };
  const check = compileCheck(
    {
      id: 'bench-greeting',
      title: 'The benchmark says so',
      description: 'Only there to be evaluated.',
      probe: noopProbe.id,
      when: fires ? 'facts.greeting == null' : 'facts.greeting != null',
      severity: 'LOW',
      rationale: 'None',
      category: 'Software and Configuration Checks/Vulnerabilities',
      remediation: { text: 'None.' },
      requirements: [],
      evidence: ['open'],
      examples: { fires: fires ? [facts] : [], silent: fires ? [] : [facts] },
    },
    noopProbe,
  );
  return {
    database,
    settings: {
      ...settings,
      profiles: [profile],
      ports: [{ port: openPort, transport: 'tcp', service: 'nothing', probes: [noopProtocol.id] }],
      checks: [...settings.checks, check],
    },
    // Never asked: ownership is answered above, and chunks ask EC2 for nothing else.
    aws: createAws({ endpoint: 'http://127.0.0.1:9', region: 'eu-central-1' }),
    identity: { accountId, partition: 'aws', arn: `arn:aws:iam::${accountId}:role/bench` },
    scope: createScope({
      ownership: ownsEverything,
      authorisations: [
        {
          id: 'bench',
          grantedBy: 'The benchmark',
          ticket: 'BENCH-1',
          classes: ['read'],
          contact: 'security@example.com',
          from: '2020-01-01T00:00:00Z',
          until: '2099-01-01T00:00:00Z',
          covers: { accounts: [accountId], tags: { Environment: 'production' } },
        },
      ],
      leaseMs: settings.scan.leaseSeconds * 1000,
      sandbox: false,
    }),
    probes: new Map([noopProbe, noopProtocol].map((probe) => [probe.id, probe])),
    knowledge: await loadSoftware({ configDir, probes: [...probes.values()] }),
    pacing: createPacing(),
    dial: noDial,
    dialDatagram: () => Promise.reject(new Error('The benchmark plans no UDP ports.')),
    canary: null,
    userAgent: 'Picket',
    // As the service logs by default, a line for every job, into nothing.
    logger: pino({ level: 'info' }, pino.destination('/dev/null')),
    now: () => new Date(),
  };
}
