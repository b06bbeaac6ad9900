import type { FleetServer, Place } from '../server.ts';

const MODULES = '/usr/lib/apache2/modules';
const modules = [
  'mpm_event',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_user',
  'auth_basic',
  'dir',
  'mime',
  'alias',
  'autoindex',
  'status',
  'dav',
  'dav_fs',
  'headers',
  'ssl',
  'socache_shmcb',
];

export const apache: FleetServer = {
  name: 'apache',
  programs: ['apache2'],
  async start(place) {
    await Promise.all([startOpen(place), startBasic(place), startKept(place)]);
  },
};

async function startOpen(place: Place): Promise<void> {
  await place.file('apache-open/files/report.txt', 'report\n');
  await place.file('apache-open/files/notes.txt', 'notes\n');
  await start(place, 'apache-open', 80, [
    'TraceEnable on',
    'Header set Access-Control-Allow-Origin "*"',
    `<Directory ${place.directory}/apache-open/files>\nOptions Indexes\nDav On\n</Directory>`,
    '<Location /server-status>\nSetHandler server-status\nDav Off\n</Location>',
  ]);
}

async function startBasic(place: Place): Promise<void> {
  await place.folder('apache-basic/files');
  await start(place, 'apache-basic', 80, [
    'TraceEnable off',
    '<Location />',
    'AuthType Basic',
    'AuthName "Staff"',
    `AuthUserFile ${place.directory}/nobody-yet`,
    'Require valid-user',
    '</Location>',
  ]);
}

async function startKept(place: Place): Promise<void> {
  const files = 'apache-kept/files';
  const html = '<!doctype html><html lang="en"><head><title>Kept</title></head><body>Kept</body></html>\n';
  await place.file(`${files}/index.html`, html);
  const contact = 'Contact: mailto:security@example.org\nExpires: 2099-01-01T00:00:00Z\n';
  await place.file(`${files}/.well-known/security.txt`, contact);
  const { chain, key } = await place.certificates.issue({ commonName: 'kept.example.org' });
  await start(place, 'apache-kept', 443, [
    'ServerTokens Prod',
    'ServerSignature Off',
    'TraceEnable off',
    'SSLEngine on',
    `SSLCertificateFile ${chain}`,
    `SSLCertificateKeyFile ${key}`,
    'SSLProtocol -all +TLSv1.2 +TLSv1.3',
    'SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20',
    'SSLHonorCipherOrder on',
    'SSLSessionTickets off',
    'Header always set Strict-Transport-Security "max-age=31536000; includeSubDomains"',
    `Header always set Content-Security-Policy "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"`,
    'Header always set X-Frame-Options DENY',
    'Header always set X-Content-Type-Options nosniff',
  ]);
}

async function start(place: Place, host: string, port: number, settings: readonly string[]): Promise<void> {
  const folder = `${place.directory}/${host}`;
  const configuration = await place.file(
    `${host}/apache.conf`,
    [
      `ServerRoot ${folder}`,
      'ServerName www.example.org',
      `PidFile ${folder}/pid`,
      `Mutex file:${folder} default`,
      `DefaultRuntimeDir ${folder}`,
      `ErrorLog ${folder}/error.log`,
      'LogLevel crit',
      ...modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
      'StartServers 1',
      'ThreadsPerChild 8',
      'MinSpareThreads 1',
      'MaxSpareThreads 16',
      'MaxRequestWorkers 16',
      'TypesConfig /etc/mime.types',
      'DirectoryIndex index.html',
      `DavLockDB ${folder}/dav-lock`,
      `Listen ${place.address(host)}:${port}`,
      `DocumentRoot ${folder}/files`,
      '<Directory />\nRequire all denied\n</Directory>',
      `<Directory ${folder}/files>\nRequire all granted\n</Directory>`,
      ...settings,
      '',
    ].join('\n'),
  );
  place.serve('apache2', ['-X', '-f', configuration]);
}
