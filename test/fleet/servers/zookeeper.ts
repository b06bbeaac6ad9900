import type { FleetServer } from '../server.ts';
import { QUICK_JVM } from './java.ts';

export const zookeeper: FleetServer = {
  name: 'zookeeper',
  programs: ['java'],
  async start(place) {
    const data = await place.folder('data');
    const configuration = await place.file(
      'zoo.cfg',
      [
        `dataDir=${data}`,
        'clientPort=2181',
        `clientPortAddress=${place.address('zookeeper-open')}`,
        'tickTime=2000',
        'admin.enableServer=false',
        '4lw.commands.whitelist=*',
        'maxClientCnxns=0',
        '',
      ].join('\n'),
    );
    place.serve('java', [
      ...QUICK_JVM,
      '-cp',
      '/etc/zookeeper/conf:/usr/share/java/zookeeper.jar',
      'org.apache.zookeeper.server.quorum.QuorumPeerMain',
      configuration,
    ]);
  },
};
