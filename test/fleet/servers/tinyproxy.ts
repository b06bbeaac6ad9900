import type { FleetServer } from '../server.ts';

export const tinyproxy: FleetServer = {
  name: 'tinyproxy',
  programs: ['tinyproxy'],
  async start(place) {
    const configuration = await place.file(
      'tinyproxy.conf',
      [
        'Port 8888',
        `Listen ${place.address('tinyproxy-open')}`,
        'Timeout 60',
        'MaxClients 50',
        `LogFile "${place.directory}/log"`,
        'LogLevel Error',
        '',
      ].join('\n'),
    );
    place.serve('tinyproxy', ['-d', '-c', configuration]);
  },
};
