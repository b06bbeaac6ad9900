import type { FleetServer } from '../server.ts';

export const nodeExporter: FleetServer = {
  name: 'node-exporter',
  programs: ['prometheus-node-exporter'],
  async start(place) {
    const address = `${place.address('node-exporter')}:9100`;
    place.serve('prometheus-node-exporter', [
      `--web.listen-address=${address}`,
      '--collector.disable-defaults',
      '--collector.time',
    ]);
  },
};
