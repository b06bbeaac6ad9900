import type { FleetServer, Place } from '../server.ts';

export const dovecot: FleetServer = {
  name: 'dovecot',
  programs: ['dovecot'],
  needsRoot: true,
  async start(place) {
    const rsa = await place.certificates.issue({ commonName: 'post.example.org', key: 'rsa-2048' });
    const ec = await place.certificates.issue({ commonName: 'mailbox.example.org' });
    await start(place, 'dovecot-clear', [
      'disable_plaintext_auth = no',
      'ssl = yes',
      `ssl_cert = <${rsa.chain}`,
      `ssl_key = <${rsa.key}`,
      'ssl_min_protocol = TLSv1',
      'ssl_cipher_list = ALL:!aNULL:!eNULL:@SECLEVEL=0',
      'ssl_prefer_server_ciphers = yes',
    ]);
    await start(place, 'dovecot-kept', [
      'disable_plaintext_auth = yes',
      'ssl = required',
      `ssl_cert = <${ec.chain}`,
      `ssl_key = <${ec.key}`,
      'ssl_min_protocol = TLSv1.2',
      'ssl_cipher_list = ECDHE+AESGCM',
      'ssl_prefer_server_ciphers = yes',
    ]);
  },
};

async function start(place: Place, host: string, settings: readonly string[]): Promise<void> {
  const folder = await place.folder(host);
  const configuration = await place.file(
    `${host}/dovecot.conf`,
    [
      `base_dir = ${folder}/run`,
      `state_dir = ${folder}/state`,
      `log_path = ${folder}/log`,
      'protocols = imap pop3',
      `listen = ${place.address(host)}`,
      'instance_name = ' + host,
      'mail_location = maildir:~/mail',
      'login_trusted_networks =',
      'auth_mechanisms = plain login',
      'passdb {',
      'driver = static',
      'args = password=a-long-secret-of-the-fleet',
      '}',
      'userdb {',
      'driver = static',
      `args = uid=65534 gid=65534 home=${folder}`,
      '}',
      ...settings,
      '',
    ].join('\n'),
  );
  place.serve('dovecot', ['-F', '-c', configuration], { user: 'root' });
}
