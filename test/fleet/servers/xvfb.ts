import type { FleetServer } from '../server.ts';

/** A file of xauth(1) with one entry: family, address, display, name and data, each but the first with its length. */
function xauthority(secret: Buffer): Buffer {
  const anyHost = Buffer.from('ffff', 'hex');
  const parts = [Buffer.alloc(0), Buffer.from('2'), Buffer.from('MIT-MAGIC-COOKIE-1'), secret];
  return Buffer.concat([anyHost, ...parts.flatMap((part) => [Buffer.from([0, part.length]), part])]);
}

/** X11 over TCP listens on every address, so the displays differ. */
export const xvfb: FleetServer = {
  name: 'xvfb',
  programs: ['Xvfb'],
  async start(place) {
    const cookie = await place.file('cookie', xauthority(Buffer.from('a long secret')));
    const start = (display: number, ...settings: string[]): void =>
      place.serve(
        'Xvfb',
        [
          `:${display}`,
          '-screen',
          '0',
          '320x200x8',
          '-listen',
          'tcp',
          '-nolisten',
          'unix',
          '-nolock',
          ...settings,
        ],
        { user: 'root' },
      );
    start(1, '-ac');
    start(2, '-auth', cookie);
  },
};
