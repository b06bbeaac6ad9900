import type { FleetServer } from '../server.ts';

/**
 * One daemon for both hosts, since it binds every address of an interface. What it tells depends on who asks, and
 * whoever asks one of its addresses on this machine does so from that address.
 */
export const ntpsec: FleetServer = {
  name: 'ntpsec',
  programs: ['ntpd'],
  bindsInterfaces: true,
  async start(place) {
    const configuration = await place.file(
      'ntp.conf',
      [
        'restrict default ignore',
        `restrict ${place.address('ntpsec-open')}`,
        `restrict ${place.address('ntpsec-kept')} kod limited nomodify noquery`,
        'interface ignore wildcard',
        `driftfile ${place.directory}/drift`,
        'server 127.127.1.0',
        'fudge 127.127.1.0 stratum 10',
        '',
      ].join('\n'),
    );
    place.serve('ntpd', ['-n', '-c', configuration], { user: 'root' });
  },
};
