import { allocateAddress, associateAddress, automatic } from './build-addresses.ts';
import { addNetworkInterface, addSecurityGroup, type Ingress } from './build-network.ts';
import { newId } from './create-estate.ts';
import type {
  InstanceState,
  SandboxInstance,
  SandboxNetworkInterface,
  SandboxRegion,
  SandboxSecurityGroup,
  Tags,
} from './estate.ts';

export interface InstanceSpec {
  /** The public IPv4 address. */
  readonly publicAddress?: string;
  /** The public address is an Elastic IP address rather than an automatic one. */
  readonly elastic?: boolean;
  readonly ipv6Addresses?: readonly string[];
  readonly privateAddress?: string;
  readonly subnetId?: string;
  /** What a security group of its own lets in; nothing unless said otherwise. */
  readonly ingress?: readonly Ingress[];
  /** Security groups that are there already, beside its own. */
  readonly groupIds?: readonly string[];
  readonly instanceType?: string;
  readonly state?: InstanceState;
  /** ISO 8601. */
  readonly launchTime?: string;
  readonly tags?: Tags;
}

export interface BuiltInstance {
  readonly instance: SandboxInstance;
  readonly networkInterface: SandboxNetworkInterface;
  readonly securityGroup: SandboxSecurityGroup;
}

/** Adds an instance in the default VPC with its interface, addresses and a security group of its own. */
export function addInstance(region: SandboxRegion, spec: InstanceSpec = {}): BuiltInstance {
  const securityGroup = addSecurityGroup(region, spec.ingress ?? []);
  const automaticAddress = spec.elastic === true ? undefined : spec.publicAddress;
  const networkInterface = addNetworkInterface(region, {
    ...(spec.subnetId === undefined ? {} : { subnetId: spec.subnetId }),
    ...(spec.privateAddress === undefined ? {} : { privateAddress: spec.privateAddress }),
    ...(spec.ipv6Addresses === undefined ? {} : { ipv6Addresses: spec.ipv6Addresses }),
    groupIds: [securityGroup.groupId, ...(spec.groupIds ?? [])],
    publicAddress: automaticAddress,
  });
  const instance: SandboxInstance = {
    instanceId: newId(region, 'i'),
    reservationId: newId(region, 'r'),
    imageId: 'ami-0abcdef1234567890',
    instanceType: spec.instanceType ?? 'm7g.large',
    state: spec.state ?? 'running',
    launchTime: spec.launchTime ?? '2026-01-01T00:00:00.000Z',
    platform: null,
    tags: { ...spec.tags },
  };
  region.instances.set(instance.instanceId, instance);
  networkInterface.attachment = {
    attachmentId: newId(region, 'eni-attach'),
    instanceId: instance.instanceId,
    deviceIndex: 0,
    status: 'attached',
    attachTime: instance.launchTime,
  };
  if (spec.elastic === true && spec.publicAddress !== undefined) {
    const { allocationId } = allocateAddress(region, spec.publicAddress);
    associateAddress(region, allocationId, networkInterface.networkInterfaceId);
  }
  return { instance, networkInterface, securityGroup };
}

function interfacesOf(region: SandboxRegion, instanceId: string): SandboxNetworkInterface[] {
  const attached = [...region.networkInterfaces.values()];
  return byDeviceIndex(attached.filter(({ attachment }) => attachment?.instanceId === instanceId));
}

/** An instance's interfaces in order; the first is the primary one. */
export function byDeviceIndex(interfaces: readonly SandboxNetworkInterface[]): SandboxNetworkInterface[] {
  return interfaces.toSorted(
    (left, right) => (left.attachment?.deviceIndex ?? 0) - (right.attachment?.deviceIndex ?? 0),
  );
}

/** Stops an instance. Automatic public IPv4 addresses are released; Elastic IP and IPv6 addresses stay. */
export function stopInstance(region: SandboxRegion, instance: SandboxInstance): void {
  instance.state = 'stopped';
  for (const { privateAddresses } of interfacesOf(region, instance.instanceId)) {
    for (const place of privateAddresses) {
      if (place.association?.allocationId === null) place.association = null;
    }
  }
}

/** Starts a stopped instance, with the automatic public address that it gets this time, if any. */
export function startInstance(
  region: SandboxRegion,
  instance: SandboxInstance,
  publicAddress?: string,
): void {
  instance.state = 'running';
  const [primary] = interfacesOf(region, instance.instanceId);
  const place = primary?.privateAddresses[0];
  if (place !== undefined && place.association === null && publicAddress !== undefined) {
    place.association = automatic(publicAddress);
  }
}

/** Terminates an instance: its interfaces go, and with them every association. */
export function terminateInstance(region: SandboxRegion, instance: SandboxInstance): void {
  instance.state = 'terminated';
  for (const { networkInterfaceId } of interfacesOf(region, instance.instanceId)) {
    region.networkInterfaces.delete(networkInterfaceId);
  }
}
