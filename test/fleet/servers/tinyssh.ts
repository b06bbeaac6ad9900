import type { FleetServer } from '../server.ts';

/** The third SSH, from before its makers closed the gap that Terrapin uses. It is started for each client. */
export const tinyssh: FleetServer = {
  name: 'tinyssh',
  programs: ['tinysshd', 'tinysshd-makekey', 'inetutils-inetd'],
  needsRoot: true,
  async start(place) {
    const keys = `${place.directory}/keys`;
    await place.run('tinysshd-makekey', [keys]);
    const line = `${place.address('tinyssh')}:ssh stream tcp nowait nobody /usr/sbin/tinysshd tinysshd ${keys}\n`;
    const configuration = await place.file('inetd.conf', line);
    place.serve('inetutils-inetd', ['-d', configuration], { user: 'root' });
  },
};
