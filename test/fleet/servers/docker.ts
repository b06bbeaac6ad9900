import type { FleetServer } from '../server.ts';

export const docker: FleetServer = {
  name: 'docker',
  programs: ['dockerd'],
  needsRoot: true,
  async start(place) {
    const { directory } = place;
    place.serve(
      'dockerd',
      [
        '-H',
        `tcp://${place.address('docker-open')}:2375`,
        '--tls=false',
        '--iptables=false',
        '--ip6tables=false',
        '--bridge=none',
        '--storage-driver=vfs',
        `--data-root=${directory}/data`,
        `--exec-root=${directory}/exec`,
        `--pidfile=${directory}/pid`,
        `--config-file=${await place.file('daemon.json', '{}')}`,
      ],
      { user: 'root', ready: /API listen on/ },
    );
  },
};
