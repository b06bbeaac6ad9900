import path from 'node:path';
import type { Facts, FactValue } from '../../src/domain/observation.ts';
import type { ScannedEndpoint, ScannedFleet } from '../../test/fleet/scanned.ts';
import { measured } from './measured.ts';
import { keyOf, type SshLists, type ToolReport } from './report.ts';

export interface PicketReport extends ToolReport {
  /** The hosts that took longest, with what took longest at each. */
  readonly slowest: readonly string[];
}

/** Picket, in a process of its own, so that what it costs can be told. */
export async function picket(
  directory: string,
  fleet: {
    readonly hosts: readonly string[];
    readonly rootFile: string;
    /** One for what each host takes by itself, as nmap's time is told. */
    readonly hostsAtOnce: number;
    /** Every check that there is. */
    readonly checks: ReadonlySet<string>;
  },
): Promise<PicketReport> {
  const run = await measured(directory, [
    process.execPath,
    '--import',
    'tsx',
    path.join(import.meta.dirname, 'picket-child.ts'),
    fleet.rootFile,
    String(fleet.hostsAtOnce),
    ...fleet.hosts,
  ]);
  if (run.code !== 0) throw new Error(`Picket ended with code ${run.code}.`);
  const scanned = JSON.parse(run.stdout) as ScannedFleet;
  const found = new Map<string, Set<string>>();
  const suites = new Map<string, Set<string>>();
  const algorithms = new Map<string, SshLists>();
  for (const { address, endpoints } of scanned.hosts) {
    for (const endpoint of endpoints) {
      const key = keyOf({ address, transport: endpoint.transport, port: endpoint.port });
      found.set(key, new Set(endpoint.fires.map(({ check }) => check)));
      const tls = factsOf(endpoint, 'tls');
      if (tls !== undefined) suites.set(key, new Set(suitesIn(tls)));
      const ssh = factsOf(endpoint, 'ssh');
      if (ssh !== undefined) algorithms.set(key, listsIn(ssh));
    }
  }
  const { wallMs, cpuMs, maxRssMb } = run;
  return {
    tool: 'picket',
    covers: fleet.checks,
    found,
    suites,
    algorithms,
    wallMs,
    cpuMs,
    maxRssMb,
    slowest: slowest(scanned),
  };
}

function slowest({ hosts }: ScannedFleet): string[] {
  return hosts
    .toSorted((left, right) => right.wallMs - left.wallMs)
    .slice(0, 10)
    .map(({ name, wallMs, endpoints }) => {
      const longest = endpoints
        .flatMap(({ port, observations }) => observations.map((one) => ({ ...one, port })))
        .toSorted((left, right) => right.durationMs - left.durationMs)
        .slice(0, 4)
        .map(({ port, probe, status, durationMs }) => `${probe} ${status} at ${port} ${durationMs} ms`);
      return `${name} ${wallMs} ms: ${longest.join(', ')}`;
    });
}

function factsOf({ observations }: ScannedEndpoint, probe: string): Facts | undefined {
  return observations.find((one) => one.probe === probe && one.status === 'answered')?.facts ?? undefined;
}

function suitesIn(facts: Facts): string[] {
  return list(facts['suites']).flatMap((suite) =>
    typeof suite === 'object' && suite !== null && !Array.isArray(suite)
      ? [`${text(suite['protocol'])} ${text(suite['name'])}`]
      : [],
  );
}

function listsIn(facts: Facts): SshLists {
  const names = (name: string): string[] => list(facts[name]).map(text);
  return {
    keyExchange: names('kexAlgorithms'),
    hostKey: names('hostKeyAlgorithms'),
    encryption: names('ciphersToClient'),
    mac: names('macsToClient'),
  };
}

const list = (value: FactValue | undefined): FactValue[] => (Array.isArray(value) ? value : []);
const text = (value: FactValue | undefined): string => (typeof value === 'string' ? value : '');
