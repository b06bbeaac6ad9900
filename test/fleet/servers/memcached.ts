import type { FleetServer } from '../server.ts';

export const memcached: FleetServer = {
  name: 'memcached',
  programs: ['memcached'],
  async start(place) {
    place.serve('memcached', [
      '-l',
      place.address('memcached-open'),
      '-p',
      '11211',
      '-U',
      '11211',
      '-m',
      '16',
    ]);
    place.serve('memcached', ['-l', place.address('memcached-tcp'), '-p', '11211', '-U', '0', '-m', '16']);
  },
};
