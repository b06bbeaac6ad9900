import { byDeviceIndex } from '../build-instance.ts';
import type { SandboxAssociation, SandboxInstance, SandboxNetworkInterface } from '../estate.ts';
import type { XmlValue } from '../xml.ts';
import { resourceId, tagSet, type Listing } from './describe.ts';
import { renderAddresses, renderCommon } from './network-interfaces.ts';

interface Item extends SandboxInstance {
  readonly interfaces: readonly SandboxNetworkInterface[];
  readonly ownerId: string;
  readonly availabilityZone: string | null;
}

const STATE_CODES = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

export const instances: Listing<Item> = {
  set: 'reservationSet',
  items: function* (region) {
    const attached = new Map<string, SandboxNetworkInterface[]>();
    for (const each of region.networkInterfaces.values()) {
      const instanceId = each.attachment?.instanceId ?? null;
      if (instanceId !== null) attached.set(instanceId, [...(attached.get(instanceId) ?? []), each]);
    }
    for (const instance of region.instances.values()) {
      const interfaces = byDeviceIndex(attached.get(instance.instanceId) ?? []);
      const subnet = region.subnets.get(interfaces[0]?.subnetId ?? '');
      yield {
        ...instance,
        interfaces,
        ownerId: region.accountId,
        availabilityZone: subnet?.availabilityZone ?? null,
      };
    }
  },
  key: (item) => item.instanceId,
  ids: [
    resourceId('InstanceId', 'i', { code: 'InvalidInstanceID', noun: 'instance' }, (item) => item.instanceId),
  ],
  tagsOf: (item) => item.tags,
  paging: { min: 5, max: 1000, idsExclude: true },
  filters: {
    'instance-id': (item) => [item.instanceId],
    'instance-state-name': (item) => [item.state],
    'instance-state-code': (item) => [String(STATE_CODES[item.state])],
    'instance-type': (item) => [item.instanceType],
    'image-id': (item) => [item.imageId],
    'instance.group-id': (item) => item.interfaces.flatMap(({ groupIds }) => groupIds),
    'ip-address': (item) => [publicAddress(item)],
    'ipv6-address': (item) => item.interfaces.flatMap(({ ipv6Addresses }) => ipv6Addresses),
    'network-interface.network-interface-id': (item) =>
      item.interfaces.map(({ networkInterfaceId }) => networkInterfaceId),
    'network-interface.association.public-ip': (item) =>
      item.interfaces.map(({ privateAddresses }) => privateAddresses[0]?.association?.publicIp ?? null),
    'network-interface.addresses.association.public-ip': (item) =>
      item.interfaces.flatMap(({ privateAddresses }) =>
        privateAddresses.map(({ association }) => association?.publicIp ?? null),
      ),
    'private-ip-address': (item) => [item.interfaces[0]?.privateAddresses[0]?.address ?? null],
    'reservation-id': (item) => [item.reservationId],
    'subnet-id': (item) => [item.interfaces[0]?.subnetId ?? null],
    'vpc-id': (item) => [item.interfaces[0]?.vpcId ?? null],
    'availability-zone': (item) => [item.availabilityZone],
    'owner-id': (item) => [item.ownerId],
    platform: (item) => [item.platform],
  },
  render: (item, region) => ({
    reservationId: item.reservationId,
    ownerId: item.ownerId,
    groupSet: [],
    instancesSet: [
      {
        instanceId: item.instanceId,
        imageId: item.imageId,
        instanceState: { code: STATE_CODES[item.state], name: item.state },
        instanceType: item.instanceType,
        launchTime: item.launchTime,
        placement: { availabilityZone: item.availabilityZone, groupName: '', tenancy: 'default' },
        monitoring: { state: 'disabled' },
        platform: item.platform,
        platformDetails: item.platform === 'windows' ? 'Windows' : 'Linux/UNIX',
        subnetId: item.interfaces[0]?.subnetId,
        vpcId: item.interfaces[0]?.vpcId,
        privateIpAddress: item.interfaces[0]?.privateAddresses[0]?.address,
        ipAddress: publicAddress(item),
        ipv6Address: item.interfaces[0]?.ipv6Addresses[0],
        architecture: 'arm64',
        rootDeviceType: 'ebs',
        virtualizationType: 'hvm',
        groupSet: (item.interfaces[0]?.groupIds ?? []).map((groupId) => ({
          groupId,
          groupName: region.securityGroups.get(groupId)?.groupName,
        })),
        networkInterfaceSet: item.interfaces.map((each) => ({
          ...renderCommon(each, region),
          association: renderAssociation(each.privateAddresses[0]?.association ?? null),
          attachment:
            each.attachment === null
              ? null
              : {
                  attachmentId: each.attachment.attachmentId,
                  attachTime: each.attachment.attachTime,
                  deleteOnTermination: true,
                  deviceIndex: each.attachment.deviceIndex,
                  networkCardIndex: 0,
                  status: each.attachment.status,
                },
          privateIpAddressesSet: renderAddresses(each, renderAssociation),
        })),
        tagSet: tagSet(item.tags),
      },
    ],
  }),
};

function publicAddress(item: Item): string | null {
  return item.interfaces[0]?.privateAddresses[0]?.association?.publicIp ?? null;
}

function renderAssociation(association: SandboxAssociation | null): XmlValue {
  if (association === null) return null;
  return {
    carrierIp: association.carrierIp,
    customerOwnedIp: association.customerOwnedIp,
    ipOwnerId: association.ipOwnerId,
    publicDnsName: '',
    publicIp: association.publicIp,
  };
}
