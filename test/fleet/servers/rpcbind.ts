import type { FleetServer } from '../server.ts';

export const rpcbind: FleetServer = {
  name: 'rpcbind',
  programs: ['rpcbind'],
  needsRoot: true,
  async start(place) {
    place.serve('rpcbind', ['-f', '-h', place.address('rpcbind')], { user: 'root' });
  },
};
