import type { FleetServer } from '../server.ts';

export const mosquitto: FleetServer = {
  name: 'mosquitto',
  programs: ['mosquitto', 'mosquitto_passwd'],
  async start(place) {
    const passwords = await place.file('passwords', 'sensor:not-yet-hashed\n');
    await place.run('mosquitto_passwd', ['-U', passwords]);
    const { chain, key } = await place.certificates.issue({ commonName: 'broker.example.org' });
    const tls = [`certfile ${chain}`, `keyfile ${key}`, 'tls_version tlsv1.2'];
    const open = place.address('mosquitto-anonymous');
    const kept = place.address('mosquitto-kept');
    const configuration = await place.file(
      'mosquitto.conf',
      [
        'per_listener_settings true',
        `listener 1883 ${open}`,
        'allow_anonymous true',
        `listener 8883 ${open}`,
        'allow_anonymous true',
        ...tls,
        `listener 8883 ${kept}`,
        'allow_anonymous false',
        `password_file ${passwords}`,
        ...tls,
        'ciphers ECDHE+AESGCM',
        '',
      ].join('\n'),
    );
    place.serve('mosquitto', ['-c', configuration]);
  },
};
