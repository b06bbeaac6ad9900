import type { FleetServer } from '../server.ts';

/** The second TLS library, with everything on that it still has. Its test server binds every address. */
export const gnutls: FleetServer = {
  name: 'gnutls',
  programs: ['gnutls-serv'],
  async start(place) {
    const { chain, key } = await place.certificates.issue({
      commonName: 'gnutls.example.org',
      key: 'rsa-2048',
    });
    const priority =
      'NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+ARCFOUR-128:+3DES-CBC:+ANON-DH:+ANON-ECDH:+NULL:+SHA1:+MD5:+SIGN-RSA-SHA1:%COMPAT:%DISABLE_SAFE_RENEGOTIATION';
    place.serve('gnutls-serv', [
      '--http',
      '--quiet',
      '--heartbeat',
      '-p',
      '9443',
      '--priority',
      priority,
      '--x509certfile',
      chain,
      '--x509keyfile',
      key,
    ]);
  },
};
