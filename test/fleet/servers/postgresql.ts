import type { FleetServer, Place } from '../server.ts';

export const postgresql: FleetServer = {
  name: 'postgresql',
  programs: ['initdb', 'postgres'],
  async start(place) {
    const first = `${place.directory}/postgresql-trust`;
    const word = await place.file('password', 'a long secret of the fleet\n');
    await place.run('initdb', [
      '-D',
      first,
      '-U',
      'postgres',
      '--pwfile',
      word,
      '-A',
      'scram-sha-256',
      '-E',
      'UTF8',
      '--no-sync',
      '--no-locale',
      '--no-instructions',
    ]);
    const second = `${place.directory}/postgresql-kept`;
    await place.run('cp', ['-a', first, second]);
    const { chain, key } = await place.certificates.issue({ commonName: 'ledger.example.org' });
    await place.file('postgresql-trust/pg_hba.conf', 'host all all all trust\n');
    await place.file('postgresql-kept/pg_hba.conf', 'hostssl all all all scram-sha-256\n');
    start(place, 'postgresql-trust', []);
    start(place, 'postgresql-kept', [
      'ssl=on',
      `ssl_cert_file=${chain}`,
      `ssl_key_file=${key}`,
      'ssl_ciphers=ECDHE+AESGCM',
    ]);
  },
};

function start(place: Place, host: string, settings: readonly string[]): void {
  const data = `${place.directory}/${host}`;
  place.serve(
    'postgres',
    [
      '-D',
      data,
      '-h',
      place.address(host),
      '-p',
      '5432',
      '-k',
      data,
      '-F',
      ...settings.flatMap((one) => ['-c', one]),
    ],
    { ready: /database system is ready to accept connections/ },
  );
}
