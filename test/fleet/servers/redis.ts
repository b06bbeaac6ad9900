import type { FleetServer } from '../server.ts';

export const redis: FleetServer = {
  name: 'redis',
  programs: ['redis-server'],
  async start(place) {
    const { chain, key } = await place.certificates.issue({ commonName: 'cache.example.org' });
    const tls = [
      '--tls-cert-file',
      chain,
      '--tls-key-file',
      key,
      '--tls-ca-cert-file',
      place.certificates.root,
      '--tls-auth-clients',
      'no',
      '--tls-protocols',
      'TLSv1.2 TLSv1.3',
      '--tls-ciphers',
      'ECDHE+AESGCM',
      '--tls-prefer-server-ciphers',
      'yes',
    ];
    const password = ['--requirepass', 'a long secret of the fleet'];
    const start = (host: string, ...settings: string[]): void => {
      const own = ['--bind', place.address(host), '--save', '', '--dbfilename', `${host}.rdb`];
      place.serve('redis-server', [...own, ...settings]);
    };
    start('redis-open', '--port', '6379', '--protected-mode', 'no');
    start('redis-password', '--port', '6379', ...password);
    start('redis-kept', '--port', '0', '--tls-port', '6380', ...tls, ...password);
    start('redis-odd-port', '--port', '0', '--tls-port', '16390', ...tls, '--protected-mode', 'no');
  },
};
