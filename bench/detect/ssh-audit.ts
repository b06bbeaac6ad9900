import { measured, together, type Measured } from './measured.ts';
import { keyOf, type FleetPort, type SshLists, type ToolReport } from './report.ts';

interface Json {
  readonly banner?: { readonly raw?: string };
  readonly kex?: readonly { readonly algorithm: string }[];
  readonly key?: readonly { readonly algorithm: string; readonly keysize?: number }[];
  readonly enc?: readonly string[] | readonly { readonly algorithm: string }[];
  readonly mac?: readonly string[] | readonly { readonly algorithm: string }[];
}

const weak: readonly (readonly [check: string, list: keyof SshLists, pattern: RegExp])[] = [
  [
    'ssh-weak-key-exchange',
    'keyExchange',
    /^(?:diffie-hellman-group1-sha1|diffie-hellman-group14-sha1|diffie-hellman-group-exchange-sha1|rsa1024-sha1)$/,
  ],
  ['ssh-weak-host-key', 'hostKey', /^(?:ssh-dss|ssh-rsa)$/],
  ['ssh-weak-cipher', 'encryption', /(?:^|-)(?:3des|des|arcfour|none|blowfish|cast128)|cbc/],
  ['ssh-weak-mac', 'mac', /md5|sha1-96|umac-64|^none$/],
];

/** ssh-audit, at every SSH port of the fleet. */
export async function sshAudit(directory: string, ports: readonly FleetPort[]): Promise<ToolReport> {
  const found = new Map<string, Set<string>>();
  const algorithms = new Map<string, SshLists>();
  const runs: Measured[] = [];
  for (const port of ports.filter(({ protocol }) => protocol === 'ssh')) {
    const run = await measured(directory, ['ssh-audit', '-j', '-p', String(port.port), port.address], 120);
    runs.push(run);
    let json: Json;
    try {
      json = JSON.parse(run.stdout) as Json;
    } catch {
      continue;
    }
    const lists: SshLists = {
      keyExchange: names(json.kex),
      hostKey: names(json.key),
      encryption: names(json.enc),
      mac: names(json.mac),
    };
    algorithms.set(keyOf(port), lists);
    const checks = weak.filter(([, list, pattern]) => lists[list].some((name) => pattern.test(name)));
    const ids = new Set(['ssh-reachable', ...checks.map(([id]) => id)]);
    if (json.banner?.raw?.startsWith('SSH-1.') === true) ids.add('ssh-protocol-1');
    if (!lists.keyExchange.some((name) => /sntrup|mlkem/.test(name))) ids.add('ssh-no-post-quantum');
    if (
      (json.key ?? []).some(({ algorithm, keysize }) => /rsa/.test(algorithm) && (keysize ?? 4096) < 2048)
    ) {
      ids.add('ssh-short-host-key');
    }
    found.set(keyOf(port), ids);
  }
  const covers = new Set([
    ...weak.map(([id]) => id),
    'ssh-reachable',
    'ssh-protocol-1',
    'ssh-no-post-quantum',
    'ssh-short-host-key',
  ]);
  return { tool: 'ssh-audit', covers, found, suites: new Map(), algorithms, ...together(runs) };
}

function names(list: readonly (string | { readonly algorithm: string })[] | undefined): string[] {
  return [...new Set((list ?? []).map((one) => (typeof one === 'string' ? one : one.algorithm)))];
}
