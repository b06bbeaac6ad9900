import type { FleetServer, Place } from '../server.ts';

export const rsync: FleetServer = {
  name: 'rsync',
  programs: ['rsync'],
  async start(place) {
    await start(place, 'rsync-listed', ['comment = nightly backups']);
    await start(place, 'rsync-kept', [
      'list = no',
      'auth users = backup',
      `secrets file = ${place.directory}/secrets`,
    ]);
    await place.file('secrets', 'backup:a long secret of the fleet\n');
  },
};

async function start(place: Place, host: string, module: readonly string[]): Promise<void> {
  const files = await place.folder(`${host}/files`);
  const lines = [
    'use chroot = no',
    `pid file = ${place.directory}/${host}/pid`,
    '[backups]',
    `path = ${files}`,
    ...module,
    '',
  ];
  const configuration = await place.file(`${host}/rsyncd.conf`, lines.join('\n'));
  const address = `--address=${place.address(host)}`;
  place.serve('rsync', ['--daemon', '--no-detach', `--config=${configuration}`, '--port=873', address]);
}
