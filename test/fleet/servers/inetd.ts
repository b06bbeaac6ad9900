import type { FleetServer } from '../server.ts';

/** The small services of old, built into the super-server, and telnet behind it. */
export const inetd: FleetServer = {
  name: 'inetd',
  programs: ['inetutils-inetd', 'telnetd'],
  needsRoot: true,
  async start(place) {
    const address = place.address('inetd-old');
    const internal = ['echo', 'discard', 'daytime', 'chargen', 'time'];
    const configuration = await place.file(
      'inetd.conf',
      [
        ...internal.map((name) => `${address}:${name} stream tcp nowait root internal`),
        `${address}:telnet stream tcp nowait root /usr/sbin/telnetd telnetd -h`,
        '',
      ].join('\n'),
    );
    place.serve('inetutils-inetd', ['-d', configuration], { user: 'root' });
  },
};
