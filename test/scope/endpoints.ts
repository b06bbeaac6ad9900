import type { Authorisation } from '../../src/domain/authorisation.ts';
import { type Endpoint, endpointId } from '../../src/domain/endpoint.ts';

/** An endpoint that every rule of scope allows, changed as said. */
export function anEndpoint(changes: Partial<Endpoint> = {}): Endpoint {
  const endpoint: Endpoint = {
    id: '',
    accountId: '111122223333',
    partition: 'aws',
    region: 'eu-west-1',
    networkInterfaceId: 'eni-0000000000000001',
    address: '52.95.110.1',
    family: 4,
    privateAddress: '10.0.0.1',
    vpcId: 'vpc-1',
    subnetId: 'subnet-1',
    securityGroupIds: ['sg-1'],
    interfaceType: 'interface',
    requesterManaged: false,
    instanceId: 'i-0000000000000001',
    instanceType: 'm7g.large',
    instanceState: 'running',
    tags: { env: 'prod', team: 'web' },
    exposure: { state: 'unknown', reason: 'not part of this test' },
    ...changes,
  };
  return { ...endpoint, id: changes.id ?? endpointId(endpoint) };
}

/** The `n`-th of many endpoints, each on an interface of its own. */
export function endpointNumber(n: number, changes: Partial<Endpoint> = {}): Endpoint {
  return anEndpoint({
    networkInterfaceId: `eni-${String(n).padStart(16, '0')}`,
    instanceId: `i-${String(n).padStart(16, '0')}`,
    privateAddress: `10.0.${n >> 8}.${n & 255}`,
    address: `52.95.${n >> 8}.${n & 255}`,
    ...changes,
  });
}

/** The instant at which the tests' clocks start. */
export const start = Date.parse('2026-06-01T00:00:00.000Z');

export function anAuthorisation(changes: Partial<Authorisation> = {}): Authorisation {
  return {
    id: 'web-fleet',
    grantedBy: 'Ada',
    ticket: 'SEC-1',
    classes: ['read'],
    contact: 'ada@example.com',
    from: '2026-01-01T00:00:00Z',
    until: '2027-01-01T00:00:00Z',
    covers: { accounts: ['111122223333'] },
    ...changes,
  };
}
