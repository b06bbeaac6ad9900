import type { FleetServer, Place } from '../server.ts';

export const slapd: FleetServer = {
  name: 'slapd',
  programs: ['slapd', 'slapadd'],
  async start(place) {
    const { chain, key } = await place.certificates.issue({ commonName: 'directory.example.org' });
    const tls = [
      `TLSCertificateFile ${chain}`,
      `TLSCertificateKeyFile ${key}`,
      `TLSCACertificateFile ${place.certificates.root}`,
      'TLSProtocolMin 3.3',
      'TLSCipherSuite SECURE256:SECURE128:-RSA:-DHE-RSA:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3:-AES-128-CBC:-AES-256-CBC:-AES-128-CCM:-AES-256-CCM:-AES-128-CCM-8:-AES-256-CCM-8:-CAMELLIA-128-CBC:-CAMELLIA-256-CBC:-CAMELLIA-128-GCM:-CAMELLIA-256-GCM',
    ];
    await Promise.all([
      start(place, 'slapd-anonymous', ['access to * by * read'], 'ldap'),
      start(
        place,
        'slapd-kept',
        [...tls, 'disallow bind_anon', 'require authc', 'security tls=1', 'access to * by users read'],
        'ldap',
        'ldaps',
      ),
    ]);
  },
};

const ENTRIES = [
  'dn: dc=example,dc=org',
  'objectClass: dcObject',
  'objectClass: organization',
  'o: Example',
  'dc: example',
  '',
  'dn: cn=reader,dc=example,dc=org',
  'objectClass: organizationalRole',
  'cn: reader',
  '',
].join('\n');

async function start(
  place: Place,
  host: string,
  settings: readonly string[],
  ...schemes: string[]
): Promise<void> {
  const data = await place.folder(`${host}/data`);
  const configuration = await place.file(
    `${host}/slapd.conf`,
    [
      ...['core', 'cosine'].map((name) => `include /etc/ldap/schema/${name}.schema`),
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      `pidfile ${place.directory}/${host}/pid`,
      ...settings.filter((line) => !line.startsWith('access ')),
      'database mdb',
      'suffix "dc=example,dc=org"',
      'rootdn "cn=admin,dc=example,dc=org"',
      `directory ${data}`,
      ...settings.filter((line) => line.startsWith('access ')),
      '',
    ].join('\n'),
  );
  const entries = await place.file(`${host}/entries.ldif`, ENTRIES);
  await place.run('slapadd', ['-q', '-f', configuration, '-l', entries]);
  const urls = schemes.map((scheme) => `${scheme}://${place.address(host)}:${scheme === 'ldap' ? 389 : 636}`);
  place.serve('slapd', ['-d', '0', '-f', configuration, '-h', urls.join(' ')]);
}
