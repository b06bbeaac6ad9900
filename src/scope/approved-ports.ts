import type { ApprovedPorts } from '../domain/approved-ports.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Transport } from '../domain/exposure.ts';
import { covers } from './authorisations.ts';

/**
 * Whether any entry that covers the endpoint approves of the port; null when none covers it, for then nothing has
 * been said. Pure.
 */
export function approvedIn(
  approvedPorts: readonly ApprovedPorts[],
  endpoint: Endpoint,
  transport: Transport,
  port: number,
): boolean | null {
  const covering = approvedPorts.filter((one) => covers(one, endpoint));
  if (covering.length === 0) return null;
  return covering.some(({ ports }) => ports.some((one) => one.transport === transport && one.port === port));
}
