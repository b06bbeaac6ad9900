import { PermanentError } from '../domain/errors.ts';
import type { Observation } from '../domain/observation.ts';
import type { PlannedPort } from '../domain/port-plan.ts';
import type { PortEntry } from '../domain/profile.ts';
import type { Clearance } from '../scope/target.ts';
import { eachLimited } from './each-limited.ts';
import { portStateProbe } from './identification.ts';
import { PortSearch } from './port-search.ts';
import type { Probes } from './registry.ts';
import { runProbe, type ScanContext } from './run-probe.ts';
import { scanDatagramPort } from './scan-datagram-port.ts';

export interface ScanEndpointOptions extends ScanContext {
  readonly clearance: Clearance;
  /** In the order in which they are to be scanned. */
  readonly ports: Iterable<PlannedPort>;
  readonly probes: Probes;
  readonly portCatalogue: readonly PortEntry[];
  /** Names (SNI, virtual hosts) that the endpoint is known by. Default none. */
  readonly names?: readonly string[];
}

export interface EndpointObservations {
  /** In no particular order, at most one for a port, a probe and a name. */
  readonly observations: Observation[];
  /** Ports that accepted one connection and not the next, with nothing said in between: no ground to judge on. */
  readonly flickers: PlannedPort[];
}

/**
 * Scans the ports of one endpoint and resolves with what there is to say of them. Every port has an observation of
 * its state, by the probe `tcp` or under the name `udp`. An open one has also one of every probe that answered, and
 * one of every probe that the catalogue advises there, whether it answered or not; what mere guesses did not find is
 * left out.
 *
 * Rejects for defects of our own with a `PermanentError`, and with whatever the clearance throws when it makes no more
 * targets.
 */
export async function scanEndpoint(options: ScanEndpointOptions): Promise<EndpointObservations> {
  const observations: Observation[] = [];
  const flickers: PlannedPort[] = [];
  const again = new SecondLooks();
  await eachLimited(options.ports, options.profile.socketsPerHost, async (planned) => {
    if (planned.transport === 'udp') {
      observations.push(...(await scanDatagramPort(options, planned.port)));
      return;
    }
    const { seen, flickered } = await scanPort(options, planned.port, again);
    observations.push(...seen);
    if (flickered) flickers.push(planned);
  });
  return { observations, flickers };
}

/**
 * Packets get lost, and a second look tells that from a filter. Where most ports are silent a filter is what it is, and
 * to look at all of them twice would take twice as long for nothing.
 */
class SecondLooks {
  #ports = 0;
  #taken = 0;

  /** Whether a port that kept silent is to be asked again: the first few, and then one in twenty of all ports. */
  next(): boolean {
    if (this.#taken >= Math.max(16, this.#ports / 20)) return false;
    this.#taken += 1;
    return true;
  }

  count(): void {
    this.#ports += 1;
  }
}

async function scanPort(
  options: ScanEndpointOptions,
  port: number,
  again: SecondLooks,
): Promise<{ seen: Observation[]; flickered: boolean }> {
  const tcp = options.probes.get(portStateProbe);
  if (tcp?.transport !== 'tcp') {
    throw new PermanentError('scan-plan-invalid', {
      what: 'There is no probe for the state of a port',
      got: portStateProbe,
    });
  }
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
  again.count();
  let state = await look();
  if (state.status === 'timed-out' && again.next()) state = await look();
  if (state.status !== 'answered') return { seen: [state], flickered: false };

  const search = new PortSearch({ ...options, port, names: options.names ?? [] }, target);
  await search.search(greeting);
  const seen = [state, ...search.observations];
  // Whoever has said anything since is there; of all others the second look decides.
  const spoke = search.observations.some(({ status }) => status === 'answered');
  const flickered = !spoke && (await look()).status !== 'answered';
  return { seen, flickered };
}
