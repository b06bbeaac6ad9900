import path from 'node:path';
import type { FleetServer } from '../server.ts';

/** For machines with few cores and for little memory: programs that start often and run for seconds. */
export const QUICK_JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto', '-Xmx192m'];

/** The only stock server that still speaks SSLv3 and EXPORT. */
export const java: FleetServer = {
  name: 'java',
  programs: ['java', 'openssl'],
  async start(place) {
    const { both } = await place.certificates.issue({ commonName: 'java.example.org', key: 'rsa-2048' });
    const store = `${place.directory}/keys.p12`;
    await place.run('openssl', ['pkcs12', '-export', '-in', both, '-out', store, '-passout', 'pass:fleet']);
    const allowed = await place.file(
      'java.security',
      'jdk.tls.disabledAlgorithms=\njdk.tls.legacyAlgorithms=\njdk.certpath.disabledAlgorithms=\n',
    );
    place.serve('java', [
      ...QUICK_JVM,
      `-Djava.security.properties=${allowed}`,
      path.join(import.meta.dirname, 'LegacyTls.java'),
      place.address('java-legacy'),
      '8443',
      store,
    ]);
  },
};
