import { execFileSync } from 'node:child_process';
import { createDatagramDialler } from '../../src/scanner/datagram-dialler.ts';
import { createDialler } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { scanEndpoint } from '../../src/scanner/scan-endpoint.ts';
import { clear } from '../../test/fleet/clearance.ts';
import { fleetProfile, prepareScanner } from '../../test/fleet/scan.ts';

const PORTS = 1000;
const TIMEOUT_MS = 200;

/** How long 1,000 ports take that answer nothing at all, and how long they would if nothing were lost to anything. */
export async function filteredPorts(): Promise<{ readonly tookMs: number; readonly boundMs: number }> {
  // What is sent into this cable comes out where nobody has the address, as behind a filter that drops.
  const ip = (...args: string[]): unknown => execFileSync('ip', args);
  ip('link', 'add', 'silent', 'type', 'veth', 'peer', 'name', 'nobody');
  ip('address', 'add', '192.0.2.1/24', 'dev', 'silent');
  for (const end of ['silent', 'nobody']) ip('link', 'set', end, 'up');
  ip('neighbour', 'add', '192.0.2.2', 'lladdr', '02:00:00:00:00:02', 'dev', 'silent', 'nud', 'permanent');
  const { probes, settings } = await prepareScanner();
  const profile = { ...fleetProfile(settings), connectTimeoutMs: TIMEOUT_MS };
  const started = performance.now();
  const { observations } = await scanEndpoint({
    clearance: clear({ address: '192.0.2.2', names: [] }, ['read']),
    ports: Array.from({ length: PORTS }, (_, index) => ({ transport: 'tcp', port: index + 1 })),
    probes,
    portCatalogue: [],
    profile,
    pacing: createPacing(),
    dial: createDialler({ now: Date.now }),
    dialDatagram: createDatagramDialler({ now: Date.now }),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket/bench',
  });
  const tookMs = performance.now() - started;
  if (!observations.every(({ status }) => status === 'timed-out')) throw new Error('Something answered.');
  return { tookMs, boundMs: (TIMEOUT_MS * PORTS) / profile.socketsPerHost };
}
