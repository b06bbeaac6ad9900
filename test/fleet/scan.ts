import { readFileSync } from 'node:fs';
import path from 'node:path';
import { derivations } from '../../src/derivations/derivations.ts';
import type { ScanClass } from '../../src/domain/authorisation.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { DEFAULT_PROFILE, type Settings } from '../../src/settings/settings.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { classify } from '../../src/runs/classify.ts';
import { namesOf } from '../../src/runs/names-of.ts';
import { startCanary } from '../../src/scanner/canary.ts';
import { createDatagramDialler } from '../../src/scanner/datagram-dialler.ts';
import { createDialler } from '../../src/scanner/dialler.ts';
import { eachLimited } from '../../src/scanner/each-limited.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { loadProbes, type Probes } from '../../src/scanner/registry.ts';
import { scanEndpoint, type ScanEndpointOptions } from '../../src/scanner/scan-endpoint.ts';
import { noIntelligence } from '../../src/vulnerabilities/intelligence.ts';
import { clear } from './clearance.ts';
import type { ScannedEndpoint, ScannedFleet, ScannedHost } from './scanned.ts';
import type { TrueHost } from './truth.ts';

/** What a scan of the fleet needs besides the fleet: the product's own probes, checks and settings. */
export interface Scanner {
  readonly probes: Probes;
  readonly settings: Settings;
}

/** The standard profile at the pace of one's own fleet: as many sockets as a host is ever given, and no waiting. */
export function fleetProfile(settings: Settings): Profile {
  const standard = settings.profiles.find(({ id }) => id === DEFAULT_PROFILE);
  if (standard === undefined) throw new Error(`There is no profile ${DEFAULT_PROFILE}.`);
  return { ...standard, socketsPerHost: 8, connectionsPerSecondPerHost: 1000 };
}

export async function prepareScanner(): Promise<Scanner> {
  const probes = await loadProbes();
  const configDir = path.resolve(import.meta.dirname, '../../config');
  const settings = await loadSettings({
    environment: { configDir },
    probes: [...probes.values()],
    derivations,
  });
  return { probes, settings };
}

/**
 * Scans every endpoint of the hosts as the service does, at no more than eight sockets a host, and evaluates all
 * checks. One host after the other when `hostsAtOnce` is 1; only then can it be told how much CPU each took.
 */
export async function scanFleet(
  { probes, settings }: Scanner,
  hosts: readonly TrueHost[],
  options: {
    readonly classes: readonly ScanClass[];
    readonly rootFile: string;
    readonly hostsAtOnce: number;
  },
): Promise<ScannedFleet> {
  const canary = await startCanary({ listen: { address: '127.0.0.1', port: 0 } });
  const shared = {
    probes,
    portCatalogue: settings.ports,
    profile: fleetProfile(settings),
    pacing: createPacing(),
    dial: createDialler({ now: Date.now }),
    dialDatagram: createDatagramDialler({ now: Date.now }),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket/fleet',
    canary,
    trustedCas: [readFileSync(options.rootFile, 'utf8')],
  };
  const scanned: ScannedHost[] = [];
  const cpu = process.cpuUsage();
  const started = performance.now();
  try {
    await eachLimited(hosts, options.hostsAtOnce, async (host) => {
      scanned.push(await scanHost(host, shared, settings, options));
    });
  } finally {
    await canary.close();
  }
  return {
    classes: options.classes,
    wallMs: Math.round(performance.now() - started),
    cpuMs: milliseconds(process.cpuUsage(cpu)),
    hosts: scanned.toSorted((left, right) => left.name.localeCompare(right.name)),
  };
}

async function scanHost(
  host: TrueHost,
  shared: Omit<ScanEndpointOptions, 'clearance' | 'ports' | 'names'>,
  settings: Settings,
  { classes, hostsAtOnce }: { readonly classes: readonly ScanClass[]; readonly hostsAtOnce: number },
): Promise<ScannedHost> {
  const clearance = clear(host, classes);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const { observations, flickers } = await scanEndpoint({
    ...shared,
    clearance,
    ports: host.endpoints.map(({ transport, port }) => ({ transport, port })),
    names: namesOf(clearance.endpoint, []),
  });
  const wallMs = Math.round(performance.now() - started);
  const cpuMs = hostsAtOnce === 1 ? milliseconds(process.cpuUsage(cpu)) : null;
  const { evidence, failures } = classify({
    checks: settings.checks,
    derivations,
    endpoint: clearance.endpoint,
    observations,
    flickers,
    approved: () => null,
    intelligence: noIntelligence,
  });
  const endpoints = host.endpoints.map(({ transport, port }): ScannedEndpoint => {
    const seen = observations.filter((one) => one.transport === transport && one.port === port);
    const judged = evidence.find((one) => one.transport === transport && one.port === port);
    return {
      transport,
      port,
      state: judged?.connection ?? 'not looked at',
      confirmed: judged?.confirmed ?? false,
      ...spoken(seen, shared.probes),
      fires: (judged?.verdicts ?? [])
        .filter(({ fires }) => fires)
        .map(({ check, observation }) => ({ check: check.id, name: observation.name ?? '' })),
      observations: seen,
    };
  });
  const { name, address } = host;
  return { name, address, wallMs, cpuMs, endpoints, failures: failures.map(({ message }) => message) };
}

/** The protocols that were identified, without what carries them, and how TLS came into it. */
function spoken(
  observations: readonly Observation[],
  probes: Probes,
): Pick<ScannedEndpoint, 'protocols' | 'tls'> {
  const answered = observations.filter(({ status }) => status === 'answered');
  const tls = answered.find(({ probe }) => probe === 'tls');
  const protocols = answered
    .map(({ probe }) => probe)
    .filter((id) => {
      const probe = probes.get(id);
      return (
        probe !== undefined &&
        id !== 'tcp' &&
        id !== 'tls' &&
        (probe.transport === 'udp' || probe.follows === undefined)
      );
    });
  const upgraded = typeof tls?.facts?.['startTls'] === 'string';
  return {
    protocols: [...new Set(protocols)].toSorted(),
    tls: tls === undefined ? 'none' : upgraded ? 'upgrade' : 'inside',
  };
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return Math.round((user + system) / 1000);
}
