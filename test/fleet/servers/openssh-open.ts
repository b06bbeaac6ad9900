import type { FleetServer } from '../server.ts';
import { configureSshd } from './openssh.ts';

const USERS = [
  'root:x:0:0:root:/root:/bin/false',
  'sshd:x:100:65534::/run/sshd:/usr/sbin/nologin',
  'picket::1999:65534::/nonexistent:/bin/false',
  '',
].join('\n');
const PASSWORDS = ['root:*:19000::::::', 'sshd:!:19000::::::', 'picket::19000::::::', ''].join('\n');

/** Lets a user in who has no password: in files of users and passwords that nobody but this server sees. */
export const opensshOpen: FleetServer = {
  name: 'openssh-open',
  programs: ['/usr/sbin/sshd', 'ssh-keygen'],
  needsRoot: true,
  async start(place) {
    const configuration = await configureSshd(place, {
      host: 'openssh-no-password',
      keys: [['ed25519', null]],
      settings: [
        'PermitEmptyPasswords yes',
        'KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256',
        'MACs hmac-sha2-256',
      ],
    });
    const users = await place.file('passwd', USERS);
    const passwords = await place.file('shadow', PASSWORDS);
    await place.run('chown', ['root', users, passwords], { user: 'root' });
    await place.run('chmod', ['644', users], { user: 'root' });
    const prepare = `mount --bind ${users} /etc/passwd && mount --bind ${passwords} /etc/shadow && mkdir -p /run/sshd`;
    const serve = `exec /usr/sbin/sshd -D -e -f ${configuration}`;
    place.serve('unshare', ['--mount', 'sh', '-c', `${prepare} && ${serve}`], { user: 'root' });
  },
};
