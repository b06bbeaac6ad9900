import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../src/checks/evaluate.ts';
import { derivations } from '../../src/derivations/derivations.ts';
import { software } from '../../src/derivations/software.ts';
import type { Facts, Observation } from '../../src/domain/observation.ts';
import { loadIntelligence } from '../../src/feeds/load-intelligence.ts';
import { openSource } from '../../src/feeds/source.ts';
import { syncFeeds } from '../../src/feeds/sync.ts';
import { openDatabase, type Database } from '../../src/ledger/database.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createOperations } from '../../src/local-api/create-operations.ts';
import { loadProbes } from '../../src/scanner/registry.ts';
import { readEnvironment } from '../../src/settings/environment.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { loadSoftware } from '../../src/settings/load-software.ts';
import type { Settings } from '../../src/settings/settings.ts';
import type { SoftwareKnowledge } from '../../src/software/knowledge.ts';
import { makeEndpoint } from '../ledger/samples.ts';
import { anObservation } from '../software/samples.ts';
import { directoryWith, epssFile, kevFile, nvdEntry, nvdFile, publishedFiles } from './published.ts';

const match = (criteria: string, bounds: object = {}) => ({
  vulnerable: true,
  criteria,
  matchCriteriaId: 'x',
  ...bounds,
});
const affecting = (...cpeMatch: object[]) => ({
  configurations: [{ nodes: [{ operator: 'OR', negate: false, cpeMatch }] }],
});

const nvd = nvdFile([
  nvdEntry('CVE-2024-6387'),
  // As NVD states it: the one version.
  nvdEntry('CVE-2021-41773', affecting(match('cpe:2.3:a:apache:http_server:2.4.49:*:*:*:*:*:*:*'))),
  nvdEntry(
    'CVE-2021-44790',
    affecting(match('cpe:2.3:a:apache:http_server:*:*:*:*:*:*:*:*', { versionEndIncluding: '2.4.51' })),
  ),
  nvdEntry(
    'CVE-2099-0001',
    affecting(match('cpe:2.3:a:other:thing:*:*:*:*:*:*:*:*', { versionEndExcluding: '2' })),
  ),
]);

/** From files in the published formats to the verdicts of the shipped checks. */
describe('what the feeds say of what was seen', () => {
  let directory: string;
  let database: Database;
  let knowledge: SoftwareKnowledge;
  let settings: Settings;

  beforeAll(async () => {
    const { configDir } = readEnvironment({});
    const probes = [...(await loadProbes()).values()];
    knowledge = await loadSoftware({ configDir, probes });
    settings = await loadSettings({ environment: { configDir }, probes, derivations });
    directory = await mkdtemp(path.join(tmpdir(), 'picket-intelligence-'));
    database = await openDatabase({ dataDirectory: path.join(directory, 'data') });
    await migrate(database);
  }, 120_000);

  afterAll(async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function verdictsOf(probe: string, facts: Facts) {
    const observations = [anObservation(probe, facts)];
    const intelligence = await loadIntelligence(database, knowledge, [observations]);
    const derived = software.derive({
      endpoint: makeEndpoint(1),
      transport: 'tcp',
      port: 80,
      observations,
      reachability: { verdict: 'allowed', rule: null, reason: 'x' },
      approved: null,
      intelligence,
    });
    if (derived === null) return null;
    const observation: Observation = anObservation('software', derived as unknown as Facts);
    const { verdicts, failures } = evaluate(settings.checks, observation);
    expect(failures).toEqual([]);
    return verdicts
      .filter(({ fires }) => fires)
      .map(({ check, severity, discriminator, evidence }) => [
        check.id,
        severity,
        discriminator,
        evidence['confidence'],
      ]);
  }

  it('is what Picket knows itself, without any feed', async () => {
    const bare = { software: 'OpenSSH_8.9', comments: null };
    expect(await verdictsOf('ssh', bare)).toEqual([
      ['ssh-known-vulnerability', 'HIGH', 'CVE-2024-6387', 'exact'],
    ]);
    const ubuntu = { software: 'OpenSSH_8.9p1', comments: 'Ubuntu-3ubuntu0.10' };
    expect(await verdictsOf('ssh', ubuntu)).toEqual([
      ['ssh-known-vulnerability', 'MEDIUM', 'CVE-2024-6387', 'potential'],
    ]);
    expect(await verdictsOf('http', { server: 'Apache/2.4.49 (Unix)' })).toEqual([]);
    expect(await verdictsOf('http', { server: 'PHP/7.4.3' })).toEqual([
      ['end-of-life-software', 'HIGH', 'php:php', 'exact'],
    ]);
    expect(await verdictsOf('http', { server: 'Unheard-Of/1.0' })).toBeNull();
  });

  it('is each vulnerability once, those that are exploited by a check of their own', async () => {
    const store = createOperations({ database, backend: () => Promise.reject(new Error('no queue')) });
    const files = publishedFiles({
      nvd,
      kev: kevFile(['CVE-2021-41773']),
      epss: epssFile([['CVE-2021-41773', 0.944, 0.999]]),
    });
    await syncFeeds({ source: await openSource(await directoryWith(files)), store, now: new Date() });

    expect(await verdictsOf('http', { server: 'Apache/2.4.49 (Unix)' })).toEqual([
      ['known-exploited-vulnerability', 'CRITICAL', 'CVE-2021-41773', 'exact'],
      ['known-vulnerability', 'HIGH', 'CVE-2021-44790', 'exact'],
    ]);
    expect(await verdictsOf('http', { server: 'Apache/2.4.49 (Debian)' })).toEqual([
      ['known-exploited-vulnerability', 'HIGH', 'CVE-2021-41773', 'potential'],
      ['known-vulnerability', 'MEDIUM', 'CVE-2021-44790', 'potential'],
    ]);
    expect(await verdictsOf('http', { server: 'Apache/2.4.62 (Unix)' })).toEqual([]);
    expect(await verdictsOf('http', { server: 'Apache' })).toEqual([]);
    expect(await verdictsOf('ssh', { software: 'OpenSSH_8.9', comments: null })).toHaveLength(1);
  });
});
