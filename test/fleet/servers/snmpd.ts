import type { FleetServer, Place } from '../server.ts';

export const snmpd: FleetServer = {
  name: 'snmpd',
  programs: ['snmpd'],
  async start(place) {
    await start(place, 'snmpd-public', 'rocommunity public');
    await start(place, 'snmpd-kept', 'rocommunity a-long-secret-of-the-fleet');
  },
};

async function start(place: Place, host: string, community: string): Promise<void> {
  const state = await place.folder(host);
  const configuration = await place.file(
    `${host}/snmpd.conf`,
    `${community}\nsysLocation rack 4\nsysContact ops@example.org\n`,
  );
  place.serve(
    'snmpd',
    ['-f', '-C', '-c', configuration, '-Lo', '-I', '-smux', `udp:${place.address(host)}:161`],
    {
      environment: { SNMP_PERSISTENT_DIR: state, MIBS: '' },
    },
  );
}
