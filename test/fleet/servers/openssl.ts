import type { FleetServer } from '../server.ts';

/** The test server that comes with OpenSSL, left running by somebody, on a port that says nothing. */
export const openssl: FleetServer = {
  name: 'openssl',
  programs: ['openssl'],
  async start(place) {
    const { chain, key } = await place.certificates.issue({
      commonName: 'bench.example.org',
      key: 'rsa-2048',
      issuer: 'itself',
    });
    place.serve('openssl', [
      's_server',
      '-accept',
      `${place.address('openssl-s-server')}:4433`,
      '-cert',
      chain,
      '-key',
      key,
      '-www',
      '-cipher',
      'ALL:@SECLEVEL=0',
    ]);
  },
};
