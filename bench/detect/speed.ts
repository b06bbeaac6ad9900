import { aligned } from './comparison.ts';
import { filteredPorts } from './filtered.ts';
import type { FleetPort } from './report.ts';
import { overRoundTrips, type RoundTripResult } from './round-trip.ts';

const listeners = ['nginx-modern', 'nginx-legacy', 'java-legacy'];

/** Prints what Picket needs over a slow network, and where nothing answers. */
export async function printSpeed(directory: string, ports: readonly FleetPort[]): Promise<void> {
  const results: RoundTripResult[] = [];
  for (const name of listeners) {
    const listener = ports.find(({ host, tls }) => host === name && tls === 'inside');
    if (listener === undefined) throw new Error(`The fleet has no TLS at ${name}.`);
    results.push(await overRoundTrips(directory, { name, ...listener }));
  }
  console.log('\nEvery suite of one listener, 50 ms round trip, medians of 5\n');
  console.log(
    aligned([
      ['listener', 'pairs', 'connections', 'at once', 'picket s', 'nmap s', 'nmap ÷ picket'],
      ...results.map(({ host, pairs, connections, peak, picketMs, nmapMs }) => [
        host,
        String(pairs),
        String(connections),
        String(peak),
        (picketMs / 1000).toFixed(2),
        (nmapMs / 1000).toFixed(2),
        (nmapMs / picketMs).toFixed(1),
      ]),
    ]),
  );
  const { tookMs, boundMs } = await filteredPorts();
  const ratio = (tookMs / boundMs).toFixed(2);
  console.log(
    `\n1,000 filtered ports: ${(tookMs / 1000).toFixed(1)} s, ${ratio} × timeout × ports ÷ sockets`,
  );
}
