import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { canonicalAddress, familyOf } from '../aws/address.ts';
import { addressMappings } from '../aws/public-addresses.ts';
import type { Identity } from '../aws/identity.ts';
import { type Endpoint, endpointId } from '../domain/endpoint.ts';
import { RetryableError } from '../domain/errors.ts';

/** An endpoint as far as its network interface tells. */
export interface FoundEndpoint {
  readonly endpoint: Omit<Endpoint, 'instanceType' | 'instanceState' | 'tags' | 'exposure'>;
  /** EC2 drops all traffic between internet gateways and this interface. */
  readonly deniesGatewayTraffic: boolean;
}

/**
 * The public addresses of one interface, those of its secondary private addresses included. Interfaces of other accounts (the owner of a shared VPC sees its
 * participants') give nothing: they are not this customer's.
 */
export function endpointsOf(
  networkInterface: NetworkInterface,
  identity: Identity,
  region: string,
): FoundEndpoint[] {
  if (networkInterface.OwnerId !== identity.accountId) return [];
  const networkInterfaceId = networkInterface.NetworkInterfaceId ?? '';
  const found = (publicAddress: string, privateAddress: string | null): FoundEndpoint => {
    const address = canonical(publicAddress, networkInterfaceId, region);
    const parts = { accountId: identity.accountId, region, networkInterfaceId, privateAddress, address };
    const endpoint = {
      ...parts,
      id: endpointId(parts),
      partition: identity.partition,
      family: familyOf(address),
      vpcId: networkInterface.VpcId ?? '',
      subnetId: networkInterface.SubnetId ?? '',
      securityGroupIds: (networkInterface.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
      interfaceType: networkInterface.InterfaceType ?? 'unknown',
      requesterManaged: networkInterface.RequesterManaged === true,
      instanceId: networkInterface.Attachment?.InstanceId ?? null,
    };
    return { endpoint, deniesGatewayTraffic: networkInterface.DenyAllIgwTraffic === true };
  };
  const endpoints: FoundEndpoint[] = [];
  for (const { privateAddress, publicAddress } of addressMappings(networkInterface)) {
    if (publicAddress === null) continue;
    endpoints.push(found(publicAddress, canonical(privateAddress, networkInterfaceId, region)));
  }
  for (const { Ipv6Address } of networkInterface.Ipv6Addresses ?? []) {
    endpoints.push(found(Ipv6Address ?? '', null));
  }
  return endpoints;
}

function canonical(text: string, networkInterfaceId: string, region: string): string {
  const address = canonicalAddress(text);
  if (address === null) {
    throw new RetryableError('aws-unavailable', {
      what: `EC2's answer about ${networkInterfaceId} cannot be read`,
      where: region,
      got: `the address "${text.slice(0, 60)}"`,
      expected: 'an IPv4 or IPv6 address',
    });
  }
  return address;
}
