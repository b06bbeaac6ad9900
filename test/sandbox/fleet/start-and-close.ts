import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { startFleet } from '../../../src/sandbox/fleet/fleet.ts';

// A process of its own that starts the fleet, leaves conversations hanging at every port, ends the fleet and then has
// nothing more to do. It must end by itself; how long everything took is its output.

const begun = performance.now();
const fleet = await startFleet({ network: '127.20.111' });
const started = performance.now();
for (const { address, ports } of fleet.hosts) {
  for (const { port } of ports) {
    connectTls({ host: address, port, rejectUnauthorized: false }).on('error', () => {});
    connect(port, address)
      .on('error', () => {})
      // The beginning of a ClientHello, to be closed in the middle of a handshake.
      .write(Buffer.from('1603010200010001fc0303', 'hex'));
  }
}
await new Promise((resolve) => setTimeout(resolve, 150));
const closing = performance.now();
await fleet.close();
const closed = performance.now();
process.on('exit', () => {
  const exitMs = performance.now() - closed;
  console.log(JSON.stringify({ startMs: started - begun, closeMs: closed - closing, exitMs }));
});
