import type { Exposure } from './exposure.ts';

/** One public address on a network interface of the customer, with what EC2 says of it. */
export interface Endpoint {
  /** See {@link endpointId}: stable across changes of the public IPv4 address. */
  readonly id: string;
  readonly accountId: string;
  readonly partition: string;
  readonly region: string;
  readonly networkInterfaceId: string;
  /** The public address, canonical. */
  readonly address: string;
  readonly family: 4 | 6;
  /** The private IPv4 address that the public one is mapped to; null for IPv6, which is not translated. */
  readonly privateAddress: string | null;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  /** EC2's `InterfaceType`: `interface` for an instance's own; `nat_gateway`, `network_load_balancer`… are AWS's. */
  readonly interfaceType: string;
  readonly requesterManaged: boolean;
  readonly instanceId: string | null;
  readonly instanceType: string | null;
  readonly instanceState: string | null;
  /** Tags of the instance. */
  readonly tags: Readonly<Record<string, string>>;
  readonly exposure: Exposure;
}

/** Builds an endpoint's identity from what stays; the public IPv4 address changes hands and is no part of it. */
export function endpointId(parts: {
  accountId: string;
  region: string;
  networkInterfaceId: string;
  privateAddress: string | null;
  address: string;
}): string {
  return [
    parts.accountId,
    parts.region,
    parts.networkInterfaceId,
    parts.privateAddress ?? parts.address,
  ].join('/');
}

/** Which of the discovered endpoints a run is about. Several kinds are joined with AND, values of one kind with OR. */
export interface Selection {
  readonly instances?: readonly string[] | undefined;
  /** Endpoint ids or public addresses of discovered endpoints. */
  readonly endpoints?: readonly string[] | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}
