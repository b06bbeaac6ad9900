import type { FleetServer } from '../server.ts';

export const xrdp: FleetServer = {
  name: 'xrdp',
  programs: ['xrdp', 'xrdp-keygen'],
  needsRoot: true,
  async start(place) {
    const { chain, key } = await place.certificates.issue({
      commonName: 'desktop.example.org',
      key: 'rsa-2048',
      issuer: 'itself',
    });
    const configuration = await place.file(
      'xrdp.ini',
      [
        '[Globals]',
        'ini_version=1',
        'fork=true',
        `port=tcp://${place.address('xrdp-open')}:3389`,
        'security_layer=negotiate',
        'crypt_level=high',
        `certificate=${chain}`,
        `key_file=${key}`,
        'ssl_protocols=TLSv1.2, TLSv1.3',
        'autorun=',
        'allow_channels=false',
        'max_bpp=32',
        '[Logging]',
        `LogFile=${place.directory}/xrdp.log`,
        'LogLevel=ERROR',
        'EnableSyslog=false',
        '[Xorg]',
        'name=Xorg',
        'lib=libxup.so',
        'username=ask',
        'password=ask',
        'ip=127.0.0.1',
        'port=-1',
        '',
      ].join('\n'),
    );
    place.serve('xrdp', ['--nodaemon', '--config', configuration], { user: 'root' });
  },
};
