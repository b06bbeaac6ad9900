import { createDialler } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { runProbe } from '../../src/scanner/run-probe.ts';
import { clear } from '../../test/fleet/clearance.ts';
import { fleetProfile, prepareScanner } from '../../test/fleet/scan.ts';
import { startDelayProxy } from '../delay-proxy.ts';
import { measured } from './measured.ts';

const ROUND_TRIP_MS = 50;
const RUNS = 5;

export interface RoundTripResult {
  readonly host: string;
  readonly pairs: number;
  readonly connections: number;
  /** The most connections that were open at once. */
  readonly peak: number;
  readonly picketMs: number;
  readonly nmapMs: number;
}

/** Every suite of one TLS listener over a network of 50 ms, by Picket and by nmap's ssl-enum-ciphers; medians. */
export async function overRoundTrips(
  directory: string,
  { name, address, port }: { readonly name: string; readonly address: string; readonly port: number },
): Promise<RoundTripResult> {
  const { probes, settings } = await prepareScanner();
  const tls = probes.get('tls');
  if (tls?.transport !== 'tcp') throw new Error('There is no probe for TLS.');
  const profile = fleetProfile(settings);
  const ours: number[] = [];
  const theirs: number[] = [];
  let [pairs, connections, peak] = [0, 0, 0];
  for (let run = 0; run < RUNS; run += 1) {
    const proxy = await startDelayProxy({ target: { host: address, port }, roundTripMs: ROUND_TRIP_MS });
    try {
      const started = performance.now();
      const seen = await runProbe({
        probe: tls,
        target: clear({ address: '127.0.0.1', names: [] }, ['read']).target('tcp', proxy.port),
        layer: 'plain',
        profile,
        pacing: createPacing(),
        dial: createDialler({ now: Date.now }),
        signal: new AbortController().signal,
        now: Date.now,
        userAgent: 'Picket/bench',
      });
      ours.push(performance.now() - started);
      const suites = seen.facts?.['suites'];
      if (!Array.isArray(suites)) throw new Error(`${name}: ${seen.status}, ${seen.detail ?? ''}`);
      pairs = suites.length;
      ({ connections, peak } = proxy);
      const command = [
        'nmap',
        '-n',
        '-Pn',
        '-sT',
        '-p',
        String(proxy.port),
        '--script',
        '+ssl-enum-ciphers',
        '127.0.0.1',
      ];
      theirs.push((await measured(directory, command)).wallMs);
    } finally {
      await proxy.close();
    }
  }
  return { host: name, pairs, connections, peak, picketMs: median(ours), nmapMs: median(theirs) };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
