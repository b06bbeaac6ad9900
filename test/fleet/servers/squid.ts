import type { FleetServer, Place } from '../server.ts';

export const squid: FleetServer = {
  name: 'squid',
  programs: ['squid'],
  needsRoot: true,
  async start(place) {
    await start(place, 'squid-open', 'http_access allow all');
    await start(place, 'squid-kept', 'http_access deny all');
  },
};

async function start(place: Place, host: string, access: string): Promise<void> {
  const folder = await place.folder(host);
  const configuration = await place.file(
    `${host}/squid.conf`,
    [
      `http_port ${place.address(host)}:3128`,
      access,
      `pid_filename ${folder}/pid`,
      'cache deny all',
      'cache_mem 8 MB',
      'access_log none',
      `cache_log ${folder}/cache.log`,
      `coredump_dir ${folder}`,
      'cache_effective_user nobody',
      'cache_effective_group nogroup',
      'shutdown_lifetime 0 seconds',
      'pinger_enable off',
      'icp_port 0',
      'visible_hostname proxy.example.org',
      'dns_nameservers 127.0.0.1',
      '',
    ].join('\n'),
  );
  place.serve('squid', ['-N', '-f', configuration, '-n', host.replaceAll('-', '')], { user: 'root' });
}
