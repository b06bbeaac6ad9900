import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import type { FleetPort, Trait } from '../../src/sandbox/fleet/host.ts';
import { openSandbox, runPicket, startService } from '../support/picket.ts';

/** The check that must fire for what is wrong with a server; null where no check looks at it yet. */
const checkFor: Readonly<Record<Trait, string | null>> = {
  'tls-1.0-accepted': 'tls-1-0',
  'tls-1.1-accepted': 'tls-1-1',
  'certificate-expired': 'certificate-expired',
  'certificate-expires-soon': 'certificate-expires-soon',
  'certificate-self-signed': 'certificate-self-signed',
  'certificate-valid-too-long': 'certificate-validity-too-long',
  'certificate-weak-key': 'certificate-weak-key',
  'http-content-in-clear': 'http-cleartext-content',
  'http-login-in-clear': 'http-credentials-in-clear',
  'http-hsts-missing': 'http-hsts-missing',
  'http-csp-missing': 'http-csp-missing',
  'http-frame-protection-missing': 'http-clickjacking',
  'http-nosniff-missing': 'http-content-type-sniffing',
  'http-version-disclosed': 'http-version-disclosed',
  'http-cors-any-origin': 'http-cors-any-origin',
  'http-error-page-verbose': 'http-debug-page',
  'http-cookie-without-secure': 'http-cookie-not-secure',
  'http-cookie-without-httponly': 'http-session-cookie-exposed',
  'http-cookie-without-samesite': 'http-session-cookie-exposed',
  'http-directory-listing': 'http-directory-listing',
  'http-git-exposed': 'http-git-exposed',
  'http-env-exposed': 'http-env-file-exposed',
  'http-dump-exposed': 'http-backup-file-exposed',
  'http-status-page-exposed': 'http-status-page-exposed',
  'http-dangerous-methods': 'http-dangerous-methods',
  'http-security-txt-missing': 'http-no-security-txt',
  'ssh-weak-kex': 'ssh-weak-key-exchange',
  'ssh-weak-cipher': 'ssh-weak-cipher',
  'ssh-weak-mac': 'ssh-weak-mac',
  'ssh-weak-host-key-algorithm': 'ssh-weak-host-key',
  'ssh-short-host-key': 'ssh-short-host-key',
  'ssh-password-offered': null,
  'smtp-no-starttls': 'smtp-no-starttls',
  'smtp-auth-in-clear': 'smtp-auth-before-tls',
  'mqtt-anonymous': 'mqtt-anonymous',
  'postgres-no-tls': 'postgres-no-tls',
  'postgres-no-password': null,
};

/** Fires wherever the protocol is found, and for what ssh2's servers cannot do better. */
const always: Readonly<Partial<Record<FleetPort['protocol'], readonly string[]>>> = {
  ssh: ['ssh-reachable', 'ssh-no-post-quantum'],
  postgres: ['postgres-reachable'],
};

/** What Node's own TLS cannot do better before OpenSSL 3.5. */
function cannotDoBetter({ protocol, traits }: FleetPort): string[] {
  const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number);
  const tls =
    ['https', 'mqtts'].includes(protocol) || (protocol === 'smtp' && !traits.includes('smtp-no-starttls'));
  return tls && (major < 3 || (major === 3 && minor < 5)) ? ['tls-no-post-quantum'] : [];
}

function expected(ports: readonly { address: string; port: FleetPort }[]): string[] {
  return ports
    .flatMap(({ address, port }) => {
      const checks = new Set([
        ...port.traits.flatMap((trait) => checkFor[trait] ?? []),
        ...(always[port.protocol] ?? []),
        ...cannotDoBetter(port),
      ]);
      return [...checks].map((check) => `${address}:${port.port} ${check}`);
    })
    .toSorted();
}

describe.each([
  ['each host at an address of its own', '127.31.10', false],
  ['the whole fleet at 127.0.0.1', '127.31.11', true],
])('what is found in the fleet, %s', (_, network, singleAddress) => {
  it('is exactly what is wrong with it, before and after mending', { timeout: 300_000 }, async () => {
    const sandbox = await openSandbox(network, { singleAddress });
    const { fleet, environment } = sandbox;
    await startService(environment);
    const found = async (): Promise<string[]> => {
      const { code, stdout, stderr } = await runPicket(['scan', '--all', '--json'], environment);
      expect(code, stderr).toBe(0);
      const { findings } = JSON.parse(stdout) as { findings: Finding[] };
      return findings
        .map(({ content, port, checkId }) => `${content.endpoint.address}:${port} ${checkId}`)
        .toSorted();
    };
    const truth = (): string[] =>
      expected(
        fleet.hosts
          .filter(({ purpose }) => purpose === 'scan')
          .flatMap(({ address, ports }) => ports.map((port) => ({ address, port }))),
      );
    expect(await found()).toEqual(truth());
    for (const { name, mendable } of fleet.hosts) if (mendable) await fleet.mend(name);
    expect(await found()).toEqual(truth());
    expect(fleet.stranger.connections).toBe(0);
  });
});
