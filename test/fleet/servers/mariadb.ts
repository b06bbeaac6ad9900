import type { FleetServer, Place } from '../server.ts';

export const mariadb: FleetServer = {
  name: 'mariadb',
  programs: ['mariadbd', 'mariadb-install-db'],
  async start(place) {
    const first = `${place.directory}/mariadb-empty-password`;
    await place.run('mariadb-install-db', [
      '--no-defaults',
      `--datadir=${first}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      '--innodb-log-file-size=4M',
    ]);
    await place.run('cp', ['-a', first, `${place.directory}/mariadb-kept`]);
    const { chain, key } = await place.certificates.issue({ commonName: 'shop-db.example.org' });
    // Whoever may log in from anywhere, and only so.
    const anyone = await place.file(
      'open.sql',
      "CREATE USER root@'%' IDENTIFIED BY '';\nGRANT ALL ON *.* TO root@'%';\n",
    );
    const nobody = await place.file(
      'kept.sql',
      "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';\nFLUSH PRIVILEGES;\nCREATE USER shop@'%' IDENTIFIED BY 'a long secret of the fleet' REQUIRE SSL;\n",
    );
    start(place, 'mariadb-empty-password', [`--init-file=${anyone}`]);
    start(place, 'mariadb-kept', [
      `--init-file=${nobody}`,
      `--ssl-cert=${chain}`,
      `--ssl-key=${key}`,
      '--require-secure-transport=ON',
      '--tls-version=TLSv1.2,TLSv1.3',
      '--ssl-cipher=ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256',
    ]);
  },
};

function start(place: Place, host: string, settings: readonly string[]): void {
  const data = `${place.directory}/${host}`;
  place.serve(
    'mariadbd',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--bind-address=${place.address(host)}`,
      '--port=3306',
      `--socket=${data}/socket`,
      `--pid-file=${data}/pid`,
      '--skip-name-resolve',
      '--innodb-buffer-pool-size=8M',
      '--innodb-log-file-size=4M',
      '--innodb-flush-log-at-trx-commit=0',
      ...settings,
    ],
    { ready: /ready for connections/ },
  );
}
