import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { eachLimited } from '../../src/scanner/each-limited.ts';
import { measured, together, type Measured } from './measured.ts';
import { keyOf, type FleetPort, type ToolReport } from './report.ts';

interface Line {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

const upgrades: Readonly<Record<string, string>> = {
  smtp: 'smtp',
  imap: 'imap',
  pop3: 'pop3',
  ftp: 'ftp',
  ldap: 'ldap',
  postgres: 'postgres',
  mysql: 'mysql',
};

/** Which of its lines say what a check says. */
const meanings: readonly (readonly [check: string, id: RegExp, finding: RegExp])[] = [
  ['ssl-2', /^SSLv2$/, /^(?!not ).*offered/],
  ['ssl-3', /^SSLv3$/, /^(?!not ).*offered/],
  ['tls-1-0', /^TLS1$/, /^offered/],
  ['tls-1-1', /^TLS1_1$/, /^offered/],
  ['tls-1-3-missing', /^TLS1_3$/, /^not offered/],
  ['tls-null-suites', /^cipherlist_NULL$/, /^offered/],
  ['tls-anonymous-suites', /^cipherlist_aNULL$/, /^offered/],
  ['tls-export-suites', /^cipherlist_EXPORT$/, /^offered/],
  ['tls-64-bit-block-suites', /^cipherlist_3DES_IDEA$/, /^offered/],
  ['tls-no-forward-secrecy', /^(?:FS|PFS)$/, /^No ciphers|not offered/],
  ['certificate-expired', /^cert_expirationStatus/, /expired/],
  ['certificate-expires-soon', /^cert_expirationStatus/, /expires < /],
  ['certificate-self-signed', /^cert_chain_of_trust/, /self signed/],
  ['certificate-chain-incomplete', /^cert_chain_of_trust/, /chain incomplete/],
  ['certificate-weak-signature', /^cert_signatureAlgorithm/, /SHA1|MD5/],
  ['certificate-weak-key', /^cert_keySize/, /RSA (?:512|768|1024) /],
];

/** Runs side by side; they need much CPU. */
const AT_ONCE = 4;

/** testssl.sh, protocols, certificate and standard categories, at every port of the fleet with TLS. */
export async function testssl(directory: string, ports: readonly FleetPort[]): Promise<ToolReport> {
  const found = new Map<string, Set<string>>();
  const runs: Measured[] = [];
  const started = performance.now();
  await eachLimited(ports, AT_ONCE, async (port) => {
    const upgrade = upgrades[port.protocol ?? ''];
    if (port.transport === 'udp' || port.tls === 'none' || (port.tls === 'upgrade' && upgrade === undefined))
      return;
    const file = path.join(directory, `testssl-${port.address}-${port.port}.json`);
    const how = port.tls === 'upgrade' && upgrade !== undefined ? ['-t', upgrade] : [];
    const run = await measured(
      directory,
      [
        'testssl',
        '--quiet',
        '--color=0',
        '--warnings=batch',
        '--nodns=none',
        '-p',
        '-s',
        '-f',
        '-S',
        '--jsonfile',
        file,
        ...how,
        `${port.address}:${port.port}`,
      ],
      240,
    );
    runs.push(run);
    // It leaves the file when it breaks off, and its code says little.
    const lines = await readFile(file, 'utf8').then(
      (text) => JSON.parse(text) as Line[],
      () => [],
    );
    found.set(
      keyOf(port),
      new Set(
        meanings
          .filter(([, id, finding]) => lines.some((line) => id.test(line.id) && finding.test(line.finding)))
          .map(([check]) => check),
      ),
    );
  });
  const elapsedMs = performance.now() - started;
  const covers = new Set(meanings.map(([check]) => check));
  return {
    tool: 'testssl.sh',
    covers,
    found,
    suites: new Map(),
    algorithms: new Map(),
    ...together(runs),
    elapsedMs,
  };
}
