import type { FleetServer, Place } from '../server.ts';

export const vsftpd: FleetServer = {
  name: 'vsftpd',
  programs: ['vsftpd'],
  async start(place) {
    const { chain, key } = await place.certificates.issue({
      commonName: 'files.example.org',
      key: 'rsa-2048',
    });
    await startInstance(place, 'vsftpd-anonymous', ['anonymous_enable=YES', 'ftpd_banner=Public files']);
    await startInstance(place, 'vsftpd-tls', [
      'anonymous_enable=NO',
      'local_enable=YES',
      'ssl_enable=YES',
      `rsa_cert_file=${chain}`,
      `rsa_private_key_file=${key}`,
      'force_local_logins_ssl=YES',
      'force_local_data_ssl=YES',
      'ssl_tlsv1=NO',
      'ssl_sslv2=NO',
      'ssl_sslv3=NO',
      'ssl_ciphers=ECDHE+AESGCM',
    ]);
  },
};

async function startInstance(place: Place, host: string, settings: readonly string[]): Promise<void> {
  const folder = await place.folder(`${host}/files`);
  const configuration = await place.file(
    `${host}/vsftpd.conf`,
    [
      'listen=YES',
      'listen_ipv6=NO',
      `listen_address=${place.address(host)}`,
      'listen_port=21',
      'run_as_launching_user=YES',
      'seccomp_sandbox=NO',
      'background=NO',
      'isolate_network=NO',
      'isolate=NO',
      'write_enable=NO',
      'xferlog_enable=NO',
      `anon_root=${folder}`,
      `secure_chroot_dir=${folder}`,
      ...settings,
      '',
    ].join('\n'),
  );
  place.serve('vsftpd', [configuration]);
}
