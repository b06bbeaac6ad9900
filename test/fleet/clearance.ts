import type { ScanClass } from '../../src/domain/authorisation.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { mintTarget, type Clearance } from '../../src/scope/target.ts';
import type { TrueHost } from './truth.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-central-1';
const HOUR_MS = 3_600_000;

/**
 * A target-maker for an address of the namespace, as scope would give it: takes it for an endpoint of the customer, and
 * allows these classes of probes there for an hour.
 */
export function clear(
  { address, names }: Pick<TrueHost, 'address' | 'names'>,
  classes: readonly ScanClass[],
): Clearance {
  const endpoint: Endpoint = {
    id: `${ACCOUNT}/${REGION}/eni-0123456789abcdef0/${address}`,
    accountId: ACCOUNT,
    partition: 'aws',
    region: REGION,
    networkInterfaceId: 'eni-0123456789abcdef0',
    address,
    family: address.includes(':') ? 6 : 4,
    privateAddress: address.includes(':') ? null : '10.0.0.5',
    vpcId: 'vpc-0123456789abcdef0',
    subnetId: 'subnet-0123456789abcdef0',
    securityGroupIds: ['sg-0123456789abcdef0'],
    interfaceType: 'interface',
    requesterManaged: false,
    instanceId: 'i-0123456789abcdef0',
    instanceType: 'm7g.large',
    instanceState: 'running',
    tags: names.length === 0 ? {} : { 'picket:hosts': names.join(' ') },
    exposure: { state: 'unknown', reason: 'the fleet is not in AWS' },
  };
  const provedAt = Date.now();
  const lease = {
    endpointId: endpoint.id,
    address,
    authorisationId: 'fleet',
    classes,
    provedAt,
    expiresAt: provedAt + HOUR_MS,
  };
  return { endpoint, lease, target: (transport, port) => mintTarget(endpoint, transport, port, lease) };
}
