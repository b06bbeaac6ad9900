import type { Endpoint } from './endpoint.ts';
import { reachability } from './exposure.ts';
import type { Transport } from './exposure.ts';
import type { PortEntry, Profile } from './profile.ts';

export interface PlannedPort {
  readonly transport: Transport;
  readonly port: number;
}

/**
 * Chooses the ports to scan at one endpoint. Pure.
 *
 * Ports that the internet is let in at come first: the cost of a run grows with exposure, not with the size of the
 * port space. Then the ports with open findings, which must be looked at again whatever the exposure says now, and
 * the profile's sweep. When the exposure is unknown, the whole catalogue stands in for it.
 */
export function planPorts(input: {
  readonly endpoint: Endpoint;
  readonly profile: Profile;
  readonly catalogue: readonly PortEntry[];
  readonly portsWithOpenFindings: readonly PlannedPort[];
}): PlannedPort[] {
  const { endpoint, profile, catalogue, portsWithOpenFindings } = input;
  const catalogued: PlannedPort[] = catalogue.filter(({ transport }) => transport === 'tcp');
  const exposed: PlannedPort[] =
    endpoint.exposure.state === 'unknown'
      ? catalogued
      : endpoint.exposure.rules
          .filter(({ transport }) => transport === 'tcp')
          .flatMap(({ fromPort, toPort }): PlannedPort[] =>
            toPort - fromPort < profile.expandRangesUpTo
              ? Array.from({ length: toPort - fromPort + 1 }, (_, index) => ({
                  transport: 'tcp',
                  port: fromPort + index,
                }))
              : catalogued.filter(({ port }) => fromPort <= port && port <= toPort),
          )
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
