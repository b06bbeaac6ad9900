import { registeredSuites } from '../../src/probes/tls/cipher-suites.ts';
import { eachLimited } from '../../src/scanner/each-limited.ts';
import { measured, together, type Measured } from './measured.ts';
import { keyOf, type FleetPort, type ToolReport } from './report.ts';
import { judgeSuites, suiteChecks } from './tls-judgement.ts';
import { all, first, parseXml } from './xml.ts';

const nameOf = new Map(registeredSuites);
const upgrades: Readonly<Record<string, string>> = {
  smtp: '--starttls-smtp',
  imap: '--starttls-imap',
  pop3: '--starttls-pop3',
  ftp: '--starttls-ftp',
  ldap: '--starttls-ldap',
  postgres: '--starttls-psql',
  mysql: '--starttls-mysql',
  rdp: '--rdp',
};
const versions: Readonly<Record<string, string>> = { 'TLSv1.0': 'TLSv1' };

/** Runs side by side; they need much CPU. */
const AT_ONCE = 4;

/** sslscan, at every port of the fleet with TLS that it can be brought to. */
export async function sslscan(directory: string, ports: readonly FleetPort[]): Promise<ToolReport> {
  const found = new Map<string, Set<string>>();
  const suites = new Map<string, Set<string>>();
  const runs: Measured[] = [];
  const started = performance.now();
  await eachLimited(ports, AT_ONCE, async (port) => {
    const upgrade = upgrades[port.protocol ?? ''];
    if (port.transport === 'udp' || port.tls === 'none' || (port.tls === 'upgrade' && upgrade === undefined))
      return;
    const how = port.tls === 'upgrade' && upgrade !== undefined ? [upgrade] : [];
    const run = await measured(
      directory,
      ['sslscan', '--xml=-', '--no-colour', '--show-ciphers', ...how, `${port.address}:${port.port}`],
      180,
    );
    runs.push(run);
    const report = first(parseXml(run.stdout), 'ssltest');
    if (report === undefined) return;
    const accepted = new Map<string, string[]>();
    for (const { attributes } of all(report, 'protocol')) {
      const version = `${attributes['type'] === 'ssl' ? 'SSLv' : 'TLSv'}${attributes['version'] ?? ''}`;
      if (attributes['enabled'] === '1') accepted.set(versions[version] ?? version, []);
    }
    for (const { attributes } of all(report, 'cipher')) {
      const version = versions[attributes['sslversion'] ?? ''] ?? attributes['sslversion'] ?? '';
      const suite = nameOf.get(Number.parseInt(attributes['id'] ?? '', 16)) ?? attributes['cipher'] ?? '';
      accepted.set(version, [...(accepted.get(version) ?? []), suite]);
    }
    suites.set(
      keyOf(port),
      new Set([...accepted].flatMap(([version, list]) => list.map((suite) => `${version} ${suite}`))),
    );
    // A version that it says is enabled counts, also where it lists no suite of it.
    const spoken = new Map([...accepted].map(([version, list]) => [version, list.length > 0 ? list : ['?']]));
    const ids = new Set(judgeSuites(spoken));
    const certificate = first(report, 'certificate');
    const truth = (name: string): boolean =>
      certificate !== undefined && first(certificate, name)?.text === 'true';
    if (truth('expired')) ids.add('certificate-expired');
    if (truth('self-signed')) ids.add('certificate-self-signed');
    const key = certificate === undefined ? undefined : first(certificate, 'pk')?.attributes;
    if (key?.['type'] === 'RSA' && Number(key['bits']) < 2048) ids.add('certificate-weak-key');
    const signature =
      certificate === undefined ? '' : (first(certificate, 'signature-algorithm')?.text ?? '');
    if (/sha1|md5/i.test(signature)) ids.add('certificate-weak-signature');
    if (first(report, 'fallback')?.attributes['supported'] === '0') ids.add('tls-no-fallback-scsv');
    const renegotiation = first(report, 'renegotiation')?.attributes;
    // Not supported at all is how it should be; `secure` is about how it is done where it is.
    const insecure = renegotiation?.['supported'] === '1' && renegotiation['secure'] === '0';
    if (insecure) ids.add('tls-insecure-renegotiation');
    if (first(report, 'compression')?.attributes['supported'] === '1') ids.add('tls-compression');
    const groups = all(report, 'cipher').map(({ attributes }) => Number(attributes['dhebits'] ?? 4096));
    if (groups.some((bits) => bits < 2048)) ids.add('tls-weak-dh-group');
    found.set(keyOf(port), ids);
  });
  const elapsedMs = performance.now() - started;
  const covers = new Set([
    ...suiteChecks,
    'certificate-expired',
    'certificate-self-signed',
    'certificate-weak-key',
    'certificate-weak-signature',
    'tls-no-fallback-scsv',
    'tls-insecure-renegotiation',
    'tls-compression',
    'tls-weak-dh-group',
  ]);
  return { tool: 'sslscan', covers, found, suites, algorithms: new Map(), ...together(runs), elapsedMs };
}
