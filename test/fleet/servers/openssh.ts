import type { FleetServer, Place } from '../server.ts';

export interface SshInstance {
  readonly host: string;
  readonly port?: number;
  readonly keys: readonly (readonly [type: string, bits: number | null])[];
  readonly settings: readonly string[];
}

const instances: readonly SshInstance[] = [
  {
    host: 'openssh-debian',
    keys: [
      ['rsa', 3072],
      ['ecdsa', null],
      ['ed25519', null],
    ],
    settings: [],
  },
  {
    host: 'openssh-hardened',
    keys: [['ed25519', null]],
    settings: [
      'KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org',
      'Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com',
      'MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com',
      'HostKeyAlgorithms ssh-ed25519',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'AuthenticationMethods publickey',
    ],
  },
  {
    host: 'openssh-weak',
    keys: [
      ['rsa', 1024],
      ['dsa', 1024],
    ],
    settings: [
      'RequiredRSASize 1024',
      'KexAlgorithms +diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1',
      'Ciphers +3des-cbc,aes128-cbc',
      'MACs +hmac-md5,hmac-sha1-96',
      'HostKeyAlgorithms +ssh-dss,ssh-rsa',
      'PermitRootLogin yes',
      'PasswordAuthentication yes',
    ],
  },
  // Where a firewall lets HTTPS through.
  {
    host: 'openssh-at-443',
    port: 443,
    keys: [['ed25519', null]],
    settings: [
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'KexAlgorithms curve25519-sha256',
      'MACs hmac-sha2-256',
    ],
  },
];

export const openssh: FleetServer = {
  name: 'openssh',
  programs: ['/usr/sbin/sshd', 'ssh-keygen'],
  async start(place) {
    await Promise.all(
      instances.map(async (instance) => {
        place.serve('/usr/sbin/sshd', ['-D', '-e', '-f', await configureSshd(place, instance)]);
      }),
    );
  },
};

/** Makes the keys and the configuration of a server, and gives the path of the latter. */
export async function configureSshd(
  place: Place,
  { host, port = 22, keys, settings }: SshInstance,
): Promise<string> {
  const folder = await place.folder(host);
  await Promise.all(
    keys.map(async ([type, bits]) => {
      const size = bits === null ? [] : ['-b', String(bits)];
      const file = ['-f', `${folder}/${type}`];
      await place.run('ssh-keygen', ['-q', '-t', type, ...size, '-N', '', '-C', '', ...file]);
    }),
  );
  return place.file(
    `${host}/sshd_config`,
    [
      `ListenAddress ${place.address(host)}`,
      `Port ${port}`,
      ...keys.map(([type]) => `HostKey ${folder}/${type}`),
      'UsePAM no',
      'StrictModes no',
      'PidFile none',
      // As many as a scan opens at once, without dropping any of them by chance.
      'MaxStartups 100',
      ...settings,
      '',
    ].join('\n'),
  );
}
