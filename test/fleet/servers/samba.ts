import type { FleetServer, Place } from '../server.ts';

export const samba: FleetServer = {
  name: 'samba',
  programs: ['smbd'],
  needsRoot: true,
  bindsInterfaces: true,
  async start(place) {
    await start(
      place,
      'samba-old',
      [
        'smb ports = 445 139',
        'server min protocol = NT1',
        'server signing = disabled',
        'map to guest = Bad User',
      ],
      ['[public]', `path = ${await place.folder('public')}`, 'guest ok = yes', 'read only = yes'],
    );
    await start(
      place,
      'samba-kept',
      [
        'smb ports = 445',
        'server min protocol = SMB3_00',
        'server signing = mandatory',
        'smb encrypt = required',
      ],
      [],
    );
  },
};

async function start(
  place: Place,
  host: string,
  settings: readonly string[],
  shares: readonly string[],
): Promise<void> {
  const folder = await place.folder(host);
  const own = [
    'state directory',
    'cache directory',
    'lock directory',
    'pid directory',
    'private dir',
    'ncalrpc dir',
  ];
  const configuration = await place.file(
    `${host}/smb.conf`,
    [
      '[global]',
      ...own.map((name) => `${name} = ${folder}`),
      `interfaces = ${place.address(host)}/32`,
      'bind interfaces only = yes',
      'log level = 0',
      `log file = ${folder}/log`,
      'disable spoolss = yes',
      'load printers = no',
      'netbios name = FILES',
      'workgroup = EXAMPLE',
      ...settings,
      ...shares,
      '',
    ].join('\n'),
  );
  place.serve('smbd', ['--foreground', '--no-process-group', '--configfile', configuration], {
    user: 'root',
  });
}
