import { PermanentError } from '../domain/errors.ts';
import type { Transport } from '../domain/exposure.ts';
import type { Observation, ObservationStatus } from '../domain/observation.ts';
import type { PortEntry } from '../domain/profile.ts';
import type { Clearance, Target } from '../scope/target.ts';
import { eachLimited } from './each-limited.ts';
import { candidates, portStateProbe, tlsProbe, type Candidate } from './identification.ts';
import type { Probe } from './probe.ts';
import type { Probes } from './registry.ts';
import { runProbe, type ScanContext } from './run-probe.ts';

export interface ScanEndpointOptions extends ScanContext {
  readonly clearance: Clearance;
  /** In the order in which they are to be scanned. */
  readonly ports: Iterable<{ readonly transport: Transport; readonly port: number }>;
  readonly probes: Probes;
  readonly portCatalogue: readonly PortEntry[];
}

/** Why nothing more may be sent; there is no point in going on at the port. */
const final: ReadonlySet<ObservationStatus> = new Set(['moved', 'halted']);

/**
 * Scans the ports of one endpoint and resolves with what there is to say of them. A port that did not accept has one
 * observation, of the probe `tcp`. An open one has that, one of every probe that answered, and one of every probe
 * that the catalogue advises there, whether it answered or not; what mere guesses did not find is left out.
 *
 * Observations come in no particular order, at most one for a port and a probe. Rejects for defects of our own with a
 * `PermanentError`, and with whatever the clearance throws when it makes no more targets.
 */
export async function scanEndpoint(options: ScanEndpointOptions): Promise<Observation[]> {
  const tcp = options.probes.get(portStateProbe);
  if (tcp === undefined) throw unusable('There is no probe for the state of a port', portStateProbe);
  const observations: Observation[] = [];
  await eachLimited(options.ports, options.profile.socketsPerHost, async ({ transport, port }) => {
    if (transport !== 'tcp')
      throw unusable('A port was planned that cannot be scanned', `${transport}/${port}`);
    observations.push(...(await scanPort(options, tcp, port)));
  });
  return observations;
}

async function scanPort(options: ScanEndpointOptions, tcp: Probe, port: number): Promise<Observation[]> {
  const target = options.clearance.target('tcp', port);
  let greeting: Buffer = Buffer.alloc(0);
  const look = (): Promise<Observation> =>
    runProbe({
      ...options,
      probe: tcp,
      target,
      layer: 'plain',
      onGreeting: (bytes) => {
        greeting = bytes;
      },
    });
  let state = await look();
  // Packets get lost: a second look tells that from a filter.
  if (state.status === 'timed-out') state = await look();
  if (state.status !== 'answered') return [state];
  const identified = await identify(options, target, candidates({ ...options, port, greeting }));
  return [state, ...identified];
}

/**
 * Tries the candidates in the clear and, where TLS answered, those that may be inside it. Guessing ends with the
 * first answer in each of the two; what is advised is always tried.
 */
async function identify(
  options: ScanEndpointOptions,
  target: Target,
  list: readonly Candidate[],
): Promise<Observation[]> {
  const observations = new Map<string, Observation>();
  const answered = (id: string): boolean => observations.get(id)?.status === 'answered';

  async function tryAll(layer: 'plain' | 'tls'): Promise<void> {
    let found = false;
    for (const { probe, advised } of list) {
      if ((found && !advised) || !probe.layers.includes(layer) || answered(probe.id)) continue;
      // Only what cannot be in the clear is tried inside TLS without a word from the server that it speaks it.
      const onlyInside = advised && !probe.layers.includes('plain');
      if (layer === 'tls' && !answered(tlsProbe) && !onlyInside) continue;
      // TLS is there, and the clear would only show the server's complaint.
      if (layer === 'plain' && answered(tlsProbe) && probe.layers.includes('tls')) continue;
      const seen = await runProbe({ ...options, probe, target, layer });
      if (seen.status === 'answered') found = true;
      const tells =
        advised || seen.status === 'answered' || seen.status === 'failed' || final.has(seen.status);
      if (tells) observations.set(probe.id, seen);
      if (final.has(seen.status)) return;
    }
  }

  await tryAll('plain');
  if (![...observations.values()].some(({ status }) => final.has(status))) await tryAll('tls');
  return [...observations.values()];
}

function unusable(what: string, got: string): PermanentError {
  return new PermanentError('scan-plan-invalid', { what, got });
}
