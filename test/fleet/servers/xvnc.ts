import type { FleetServer } from '../server.ts';

/** A password of VNC as its server keeps it: scrambled with a key that everybody has. */
const PASSWORD = Buffer.from('dbd83cfd727a1458', 'hex');

export const xvnc: FleetServer = {
  name: 'xvnc',
  programs: ['Xvnc'],
  async start(place) {
    const password = await place.file('password', PASSWORD);
    const start = (host: string, display: number, ...settings: string[]): void =>
      place.serve(
        'Xvnc',
        [
          `:${display}`,
          '-interface',
          place.address(host),
          '-rfbport',
          '5900',
          '-geometry',
          '320x200',
          '-nolisten',
          'tcp',
          '-nolisten',
          'unix',
          '-nolock',
          ...settings,
        ],
        { user: 'root' },
      );
    start('xvnc-open', 21, '-SecurityTypes', 'None');
    start('xvnc-password', 22, '-SecurityTypes', 'VncAuth', '-PasswordFile', password);
  },
};
