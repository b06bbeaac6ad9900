import type { FleetServer } from '../server.ts';

/** The second SSH, on a port that only its administrators know. */
export const dropbear: FleetServer = {
  name: 'dropbear',
  programs: ['dropbear', 'dropbearkey'],
  async start(place) {
    const key = `${place.directory}/ed25519`;
    await place.run('dropbearkey', ['-t', 'ed25519', '-f', key]);
    const address = `${place.address('dropbear')}:22022`;
    place.serve('dropbear', ['-F', '-E', '-r', key, '-p', address, '-P', `${place.directory}/pid`]);
  },
};
