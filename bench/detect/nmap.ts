import { eachLimited } from '../../src/scanner/each-limited.ts';
import { measured, together, type Measured } from './measured.ts';
import { nmapFindings, nmapScripts } from './nmap-findings.ts';
import { keyOf, type FleetPort, type SshLists, type ToolReport } from './report.ts';
import { all, first, parseXml, type Element } from './xml.ts';

/** Nobody waits longer for one host. */
const LIMIT_SECONDS = 900;
/** Its processes side by side, so that the whole takes minutes; each host's time is its own all the same. */
const AT_ONCE = 8;

/** nmap with version detection and the scripts that ask what the checks ask, a process a host, at its own ports. */
export async function nmap(directory: string, ports: readonly FleetPort[]): Promise<ToolReport> {
  const found = new Map<string, Set<string>>();
  const suites = new Map<string, Set<string>>();
  const algorithms = new Map<string, SshLists>();
  const runs: Measured[] = [];
  const hosts = [...new Set(ports.map(({ address }) => address))];
  const started = performance.now();
  await eachLimited(hosts, AT_ONCE, async (address) => {
    runs.push(
      await scanHost(
        directory,
        ports.filter((port) => port.address === address),
      ),
    );
  });
  const elapsedMs = performance.now() - started;
  const known = new Map(ports.map((port) => [keyOf(port), port]));
  for (const host of runs.flatMap(({ stdout }) => all(parseXml(stdout), 'host'))) {
    const address = first(host, 'address')?.attributes['addr'] ?? '';
    for (const element of all(host, 'port')) {
      const transport = element.attributes['protocol'] === 'udp' ? 'udp' : 'tcp';
      const key = keyOf({ address, transport, port: Number(element.attributes['portid']) });
      if (!known.has(key)) continue;
      found.set(key, nmapFindings(element, host));
      const listed = suitesIn(element);
      if (listed !== null) suites.set(key, listed);
      const ssh = script(element, 'ssh2-enum-algos');
      if (ssh !== undefined) algorithms.set(key, listsIn(ssh));
    }
  }
  return {
    tool: 'nmap',
    covers: new Set(nmapScripts.flatMap(({ checks }) => checks)),
    found,
    suites,
    algorithms,
    ...together(runs),
    elapsedMs,
  };
}

/**
 * The same over TCP in one command for all hosts and all their ports, so that nmap may divide its time as it likes. Only
 * how long it takes is kept.
 */
export async function nmapAtOnce(directory: string, ports: readonly FleetPort[]): Promise<ToolReport> {
  const tcp = ports.filter(({ transport, address }) => transport === 'tcp' && !address.includes(':'));
  const numbers = [...new Set(tcp.map(({ port }) => port))].toSorted((left, right) => left - right);
  const run = await measured(
    directory,
    [
      'nmap',
      '-n',
      '-Pn',
      '-sT',
      '-sV',
      '-T4',
      '-p',
      numbers.join(','),
      '--script',
      [...new Set(nmapScripts.flatMap(({ scripts }) => scripts))].join(','),
      '--script-timeout',
      '60s',
      ...new Set(tcp.map(({ address }) => address)),
    ],
    LIMIT_SECONDS,
  );
  const nothing = { covers: new Set<string>(), found: new Map(), suites: new Map(), algorithms: new Map() };
  const tool = run.code === -1 ? `nmap, one command, cut off` : 'nmap, one command';
  return { tool, ...nothing, ...together([run]), elapsedMs: run.wallMs };
}

function scanHost(directory: string, ports: readonly FleetPort[]): Promise<Measured> {
  const list = (transport: 'tcp' | 'udp'): string =>
    ports
      .filter((port) => port.transport === transport)
      .map(({ port }) => port)
      .toSorted((left, right) => left - right)
      .join(',');
  const [tcp, udp] = [list('tcp'), list('udp')];
  const scripts = [...new Set(nmapScripts.flatMap(({ scripts: names }) => names))];
  const address = ports[0]?.address ?? '';
  return measured(
    directory,
    [
      'nmap',
      '-n',
      '-Pn',
      '-sT',
      ...(udp === '' ? [] : ['-sU']),
      ...(address.includes(':') ? ['-6'] : []),
      '-sV',
      '-T4',
      '-oX',
      '-',
      '-p',
      [...(tcp === '' ? [] : [`T:${tcp}`]), ...(udp === '' ? [] : [`U:${udp}`])].join(','),
      '--script',
      scripts.join(','),
      '--script-timeout',
      '60s',
      address,
    ],
    LIMIT_SECONDS,
  );
}

function script(port: Element, id: string): Element | undefined {
  return all(port, 'script').find(({ attributes }) => attributes['id'] === id);
}

const versionNames: Readonly<Record<string, string>> = { 'TLSv1.0': 'TLSv1' };

/** What ssl-enum-ciphers lists; null where it did not run. */
function suitesIn(port: Element): Set<string> | null {
  const enumeration = script(port, 'ssl-enum-ciphers');
  if (enumeration === undefined) return null;
  return new Set(
    enumeration.children
      .filter(({ name }) => name === 'table')
      .flatMap((version) => {
        const label = version.attributes['key'] ?? '';
        const ciphers = version.children.find(({ attributes }) => attributes['key'] === 'ciphers');
        return (ciphers?.children ?? []).map((cipher) => {
          const suite = cipher.children.find(({ attributes }) => attributes['key'] === 'name')?.text ?? '';
          // It has names of its own for the suites of TLS 1.3.
          return `${versionNames[label] ?? label} ${suite.replace('TLS_AKE_WITH_', 'TLS_')}`;
        });
      }),
  );
}

function listsIn(algorithms: Element): SshLists {
  const list = (key: string): string[] =>
    algorithms.children
      .find(({ attributes }) => attributes['key'] === key)
      ?.children.map(({ text }) => text) ?? [];
  return {
    keyExchange: list('kex_algorithms'),
    hostKey: list('server_host_key_algorithms'),
    encryption: list('encryption_algorithms'),
    mac: list('mac_algorithms'),
  };
}
