import type { FleetServer, Place } from '../server.ts';

/** Its services are few: what takes mail in, and what that asks. Nothing is ever delivered. */
const SERVICES = [
  'cleanup unix n - n - 0 cleanup',
  'qmgr unix n - n 300 1 qmgr',
  'rewrite unix - - n - - trivial-rewrite',
  'bounce unix - - n - 0 bounce',
  'defer unix - - n - 0 bounce',
  'trace unix - - n - 0 bounce',
  'verify unix - - n - 1 verify',
  'proxymap unix - - n - - proxymap',
  'tlsmgr unix - - n 1000? 1 tlsmgr',
  'anvil unix - - n - 1 anvil',
  'error unix - - n - - error',
  'retry unix - - n - - error',
  'postlog unix-dgram n - n - 1 postlogd',
];

/** In which nobody of the fleet is. */
const OWN_NETWORK = 'mynetworks=192.0.2.0/24';

export const postfix: FleetServer = {
  name: 'postfix',
  programs: ['postfix', 'dovecot'],
  needsRoot: true,
  bindsInterfaces: true,
  async start(place) {
    const logins = await startLogins(place);
    await Promise.all([startOld(place), startClear(place, logins), startKept(place, logins)]);
  },
};

async function startOld(place: Place): Promise<void> {
  const { both } = await place.certificates.issue({
    commonName: 'mail',
    issuer: 'itself',
    key: 'rsa-2048',
    days: [-100, 265],
  });
  await start(
    place,
    'postfix-old',
    ['25 inet n - n - - smtpd'],
    [
      `smtpd_tls_chain_files=${both}`,
      'smtpd_tls_security_level=may',
      'smtpd_tls_protocols=>=TLSv1',
      'smtpd_tls_ciphers=low',
      'tls_low_cipherlist=ALL:@SECLEVEL=0',
      // Everybody is from its own network, and may send to everybody.
      'mynetworks=0.0.0.0/0',
    ],
  );
}

async function startClear(place: Place, logins: readonly string[]): Promise<void> {
  const settings = ['smtpd_tls_security_level=none', OWN_NETWORK, ...logins];
  await start(place, 'postfix-clear', ['25 inet n - n - - smtpd'], settings);
}

async function startKept(place: Place, logins: readonly string[]): Promise<void> {
  const { both } = await place.certificates.issue({ commonName: 'mx.example.org' });
  const listeners = [
    '25 inet n - n - - smtpd',
    '587 inet n - n - - smtpd -o smtpd_tls_security_level=encrypt',
    '465 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes',
  ];
  await start(place, 'postfix-kept', listeners, [
    `smtpd_tls_chain_files=${both}`,
    'smtpd_tls_security_level=may',
    'smtpd_tls_auth_only=yes',
    'smtpd_tls_mandatory_protocols=>=TLSv1.2',
    'smtpd_tls_protocols=>=TLSv1.2',
    'tls_preempt_cipherlist=yes',
    'tls_medium_cipherlist=ECDHE+AESGCM',
    'smtpd_tls_ciphers=medium',
    'smtpd_tls_mandatory_ciphers=medium',
    OWN_NETWORK,
    ...logins,
  ]);
}

/** Dovecot knows who may log in, and tells Postfix through a socket. Gives the settings for that. */
async function startLogins(place: Place): Promise<readonly string[]> {
  const folder = await place.folder('logins');
  const configuration = await place.file(
    'logins/dovecot.conf',
    [
      `base_dir = ${folder}/run`,
      `state_dir = ${folder}/state`,
      `log_path = ${folder}/log`,
      'protocols = none',
      'ssl = no',
      'auth_mechanisms = plain login',
      'instance_name = postfix-logins',
      'passdb {',
      'driver = static',
      'args = password=a-long-secret-of-the-fleet',
      '}',
      'userdb {',
      'driver = static',
      'args = uid=65534 gid=65534 home=/nonexistent',
      '}',
      'service auth {',
      `unix_listener ${folder}/socket {`,
      'mode = 0666',
      '}',
      '}',
      '',
    ].join('\n'),
  );
  place.serve('dovecot', ['-F', '-c', configuration], { user: 'root' });
  return ['smtpd_sasl_auth_enable=yes', 'smtpd_sasl_type=dovecot', `smtpd_sasl_path=${folder}/socket`];
}

async function start(
  place: Place,
  host: string,
  listeners: readonly string[],
  settings: readonly string[],
): Promise<void> {
  const folder = await place.folder(host);
  const address = place.address(host);
  await place.folder(`${host}/data`);
  await place.file(
    `${host}/main.cf`,
    [
      'compatibility_level=3.6',
      `queue_directory=${folder}/queue`,
      `data_directory=${folder}/data`,
      'myhostname=mx.example.org',
      'mydestination=example.org',
      'inet_protocols=ipv4',
      `inet_interfaces=${address}`,
      'local_recipient_maps=',
      'alias_maps=',
      'alias_database=',
      'disable_dns_lookups=yes',
      'smtpd_peername_lookup=no',
      'smtpd_client_connection_count_limit=0',
      `maillog_file=${folder}/mail.log`,
      `maillog_file_prefixes=${folder}`,
      'defer_transports=smtp,local,relay',
      ...settings,
      '',
    ].join('\n'),
  );
  const services = [...listeners.map((line) => `${address}:${line}`), ...SERVICES, ''];
  await place.file(`${host}/master.cf`, services.join('\n'));
  // It looks for its owners: root for what is set, postfix for what it writes.
  const asRoot = { user: 'root' } as const;
  await place.run('mkdir', [`${folder}/queue`], asRoot);
  await place.run('chown', ['-R', 'root', folder], asRoot);
  await place.run('chown', ['postfix', `${folder}/data`], asRoot);
  place.serve('postfix', ['-c', folder, 'start-fg'], asRoot);
}
