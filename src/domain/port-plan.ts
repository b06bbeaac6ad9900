import type { Endpoint } from './endpoint.ts';
import { reachability } from './exposure.ts';
import type { InboundRule, Transport } from './exposure.ts';
import type { PortEntry, Profile } from './profile.ts';

export interface PlannedPort {
  readonly transport: Transport;
  readonly port: number;
}

/** UDP ports of a rule that are scanned although the catalogue does not know them; more would be asked for nothing. */
const unknownDatagramPorts = 16;

/**
 * Chooses the ports to scan at one endpoint. Pure.
 *
 * Ports that the internet is let in at come first: the cost of a run grows with exposure, not with the size of the
 * port space. Then the ports with open findings, which must be looked at again whatever the exposure says now, and
 * the profile's sweep. When the exposure is unknown, the whole catalogue stands in for it.
 *
 * Over UDP silence is the usual answer, so only what the catalogue has a probe for is asked, and what a rule opens on
 * purpose, which is few ports.
 */
export function planPorts(input: {
  readonly endpoint: Endpoint;
  readonly profile: Profile;
  readonly catalogue: readonly PortEntry[];
  readonly portsWithOpenFindings: readonly PlannedPort[];
}): PlannedPort[] {
  const { endpoint, profile, catalogue, portsWithOpenFindings } = input;
  const catalogued: PlannedPort[] = catalogue
    .filter(({ transport, probes }) => transport === 'tcp' || probes.length > 0)
    .map(({ transport, port }) => ({ transport, port }));
  const exposed =
    endpoint.exposure.state === 'unknown'
      ? catalogued
      : endpoint.exposure.rules
          .flatMap((rule) => portsOf(rule, profile, catalogued))
          .filter(({ transport, port }) => {
            const { verdict } = reachability(endpoint.exposure, endpoint.family, transport, port);
            return verdict === 'allowed' || verdict === 'restricted';
          });
  const sweep = profile.sweep.map((port) => ({ transport: 'tcp' as const, port }));

  const plan = new Map<string, PlannedPort>();
  for (const { transport, port } of [...exposed, ...portsWithOpenFindings, ...sweep]) {
    plan.set(`${transport}/${port}`, { transport, port });
  }
  return [...plan.values()];
}

function portsOf(
  { transport, fromPort, toPort }: InboundRule,
  { expandRangesUpTo }: Profile,
  catalogued: readonly PlannedPort[],
): PlannedPort[] {
  // EC2 counts ports from 0, at which nothing can listen.
  const first = Math.max(1, fromPort);
  const wide = toPort - first >= (transport === 'tcp' ? expandRangesUpTo : unknownDatagramPorts);
  return wide
    ? catalogued.filter((one) => one.transport === transport && first <= one.port && one.port <= toPort)
    : Array.from({ length: Math.max(0, toPort - first + 1) }, (_, index) => ({
        transport,
        port: first + index,
      }));
}
