import type { Observation, ObservationStatus } from '../domain/observation.ts';
import type { PortEntry } from '../domain/profile.ts';
import type { Clearance } from '../scope/target.ts';
import type { DatagramProbe } from './probe.ts';
import type { Probes } from './registry.ts';
import { runDatagramProbe } from './run-datagram-probe.ts';
import type { ScanContext } from './run-probe.ts';

/** The name under which the state of a UDP port is told; there is nothing to ask that no protocol asks. */
const datagramStateProbe = 'udp';

export interface ScanDatagramPortOptions extends ScanContext {
  readonly clearance: Clearance;
  readonly probes: Probes;
  readonly portCatalogue: readonly PortEntry[];
}

/**
 * Asks the probes that the catalogue advises at a UDP port, or every one that reads where it advises none: silence is
 * all that a wrong question gets. The port's state is the best of what they saw.
 */
export async function scanDatagramPort(
  options: ScanDatagramPortOptions,
  port: number,
): Promise<Observation[]> {
  const { clearance, probes, portCatalogue } = options;
  const target = clearance.target('udp', port);
  const all = [...probes.values()].filter((probe) => probe.transport === 'udp');
  const advised = new Set(
    portCatalogue
      .filter((entry) => entry.transport === 'udp' && entry.port === port)
      .flatMap((entry) => entry.probes),
  );
  const allowed = all.filter(({ scanClass = 'read' }) => target.lease.classes.includes(scanClass));
  const wanted = advised.size === 0 ? allowed : allowed.filter(({ id }) => advised.has(id));
  const seen = await Promise.all(
    wanted.map((probe: DatagramProbe) => runDatagramProbe({ ...options, probe, target })),
  );
  const [best] = seen.toSorted((left, right) => rank(left.status) - rank(right.status));
  if (best === undefined) return [];
  const state: Observation = {
    ...best,
    probe: datagramStateProbe,
    facts: best.status === 'answered' ? { open: true } : null,
  };
  const telling = seen.filter(
    ({ probe, status }) => advised.has(probe) || status === 'answered' || status === 'failed',
  );
  return [state, ...telling];
}

const order: readonly ObservationStatus[] = [
  'answered',
  'moved',
  'halted',
  'failed',
  'too-large',
  'garbled',
  'reset',
  'refused',
  'unreachable',
  'timed-out',
];

/** Anything that came back says more than silence. */
function rank(status: ObservationStatus): number {
  return order.indexOf(status);
}
