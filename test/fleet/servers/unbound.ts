import type { FleetServer, Place } from '../server.ts';

export const unbound: FleetServer = {
  name: 'unbound',
  programs: ['unbound'],
  async start(place) {
    await start(place, 'unbound-open', [
      'access-control: 0.0.0.0/0 allow',
      'access-control: 127.0.0.0/8 allow',
    ]);
    await start(place, 'unbound-kept', [
      'access-control: 0.0.0.0/0 refuse',
      'access-control: 127.0.0.0/8 refuse',
      'hide-version: yes',
      'hide-identity: yes',
    ]);
  },
};

async function start(place: Place, host: string, settings: readonly string[]): Promise<void> {
  const configuration = await place.file(
    `${host}/unbound.conf`,
    [
      'server:',
      ...[
        `interface: ${place.address(host)}`,
        'port: 53',
        'chroot: ""',
        'username: ""',
        `directory: "${place.directory}/${host}"`,
        `pidfile: "${place.directory}/${host}/pid"`,
        'do-daemonize: no',
        'use-syslog: no',
        'module-config: "iterator"',
        'do-not-query-localhost: no',
        ...settings,
      ].map((line) => `  ${line}`),
      'remote-control:',
      '  control-enable: no',
      '',
    ].join('\n'),
  );
  place.serve('unbound', ['-d', '-c', configuration]);
}
