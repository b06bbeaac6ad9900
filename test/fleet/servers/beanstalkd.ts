import type { FleetServer } from '../server.ts';

export const beanstalkd: FleetServer = {
  name: 'beanstalkd',
  programs: ['beanstalkd'],
  async start(place) {
    place.serve('beanstalkd', ['-l', place.address('beanstalkd'), '-p', '11300']);
  },
};
