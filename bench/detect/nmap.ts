import { measured, type Measured } from './measured.ts';
import { nmapFindings, nmapScripts } from './nmap-findings.ts';
import { keyOf, type FleetPort, type SshLists, type ToolReport } from './report.ts';
import { all, first, parseXml, type Element } from './xml.ts';

/** The whole fleet may take it longer than anybody waits. */
const LIMIT_SECONDS = 3600;

/**
 * nmap with version detection and the scripts that ask what the checks ask, once over the whole fleet, so that it may
 * divide its time among hosts as it likes.
 */
export async function nmap(directory: string, ports: readonly FleetPort[]): Promise<ToolReport> {
  const found = new Map<string, Set<string>>();
  const suites = new Map<string, Set<string>>();
  const algorithms = new Map<string, SshLists>();
  const run = await scanAll(directory, ports);
  const known = new Map(ports.map((port) => [keyOf(port), port]));
  for (const host of all(parseXml(run.stdout), 'host')) {
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
    ...run,
  };
}

function scanAll(directory: string, ports: readonly FleetPort[]): Promise<Measured> {
  const list = (transport: 'tcp' | 'udp'): string =>
    [...new Set(ports.filter((port) => port.transport === transport).map(({ port }) => port))]
      .toSorted((a, b) => a - b)
      .join(',');
  const scripts = [...new Set(nmapScripts.flatMap(({ scripts: names }) => names))];
  return measured(
    directory,
    [
      'nmap',
      '-n',
      '-Pn',
      '-sT',
      '-sU',
      '-sV',
      '-T4',
      '-oX',
      '-',
      '-p',
      `T:${list('tcp')},U:${list('udp')}`,
      '--script',
      scripts.join(','),
      '--script-timeout',
      '60s',
      ...new Set(ports.map(({ address }) => address).filter((address) => !address.includes(':'))),
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
          return `${versionNames[label] ?? label} ${suite}`;
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
