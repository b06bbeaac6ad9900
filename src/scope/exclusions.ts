import type { Endpoint } from '../domain/endpoint.ts';

/** EC2's types of an interface that carries an instance's own traffic; an `efa` is an ordinary one with more. */
const ownTypes = new Set(['interface', 'efa']);

/** The tag by which the owner of an instance opts out: `picket:scan=never`. Case does not matter. */
const optOutTag = { key: 'picket:scan', value: 'never' } as const;

/** The rule by which the endpoint is left out, as a sentence; null when none applies. Pure. */
export function exclusionReason(endpoint: Endpoint): string | null {
  const { networkInterfaceId, interfaceType, instanceId, instanceState } = endpoint;
  if (endpoint.requesterManaged || !ownTypes.has(interfaceType)) {
    return `${networkInterfaceId} is an interface that AWS manages (${interfaceType})`;
  }
  if (instanceId === null) return `${networkInterfaceId} is attached to no instance`;
  if (instanceState === null) return `EC2 does not show ${instanceId} as an instance of this account`;
  if (instanceState !== 'running') return `the instance ${instanceId} is ${instanceState}, not running`;
  for (const [key, value] of Object.entries(endpoint.tags)) {
    if (same(key, optOutTag.key) && same(value, optOutTag.value)) {
      return `the instance ${instanceId} opts out by the tag ${optOutTag.key}=${optOutTag.value}`;
    }
  }
  return null;
}

function same(left: string, right: string): boolean {
  return left.trim().toLowerCase() === right;
}
