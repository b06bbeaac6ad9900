import type { FleetServer } from '../server.ts';

export const influxdb: FleetServer = {
  name: 'influxdb',
  programs: ['influxd'],
  async start(place) {
    const { directory } = place;
    const configuration = await place.file(
      'influxdb.conf',
      [
        'reporting-disabled = true',
        'bind-address = "127.0.0.1:8088"',
        '[meta]',
        `dir = "${directory}/meta"`,
        '[data]',
        `dir = "${directory}/data"`,
        `wal-dir = "${directory}/wal"`,
        '[monitor]',
        'store-enabled = false',
        '[http]',
        `bind-address = "${place.address('influxdb-open')}:8086"`,
        'log-enabled = false',
        '',
      ].join('\n'),
    );
    place.serve('influxd', ['-config', configuration]);
  },
};
