import type { FleetServer, Place } from '../server.ts';

export const etcd: FleetServer = {
  name: 'etcd',
  programs: ['etcd'],
  async start(place) {
    const { chain, key } = await place.certificates.issue({ commonName: 'cluster.example.org' });
    start(place, 'etcd-open', 'http', []);
    start(place, 'etcd-kept', 'https', [
      '--cert-file',
      chain,
      '--key-file',
      key,
      '--client-cert-auth',
      '--trusted-ca-file',
      place.certificates.root,
    ]);
  },
};

function start(place: Place, host: string, scheme: string, settings: readonly string[]): void {
  const clients = `${scheme}://${place.address(host)}:2379`;
  // Members of a cluster of one have nobody to speak to; no other address than its own may do so.
  const peers = `http://127.0.0.1:${host === 'etcd-open' ? 2380 : 2381}`;
  place.serve(
    'etcd',
    [
      '--data-dir',
      `${place.directory}/${host}`,
      '--listen-client-urls',
      clients,
      '--advertise-client-urls',
      clients,
      '--listen-peer-urls',
      peers,
      '--initial-advertise-peer-urls',
      peers,
      '--initial-cluster',
      `default=${peers}`,
      ...settings,
    ],
    {
      ready: /ready to serve client requests|serving (?:insecure )?client requests/i,
      environment: { ETCD_UNSUPPORTED_ARCH: process.arch },
    },
  );
}
