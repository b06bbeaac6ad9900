import type { SandboxAssociation, SandboxNetworkInterface, SandboxRegion } from '../estate.ts';
import type { XmlNode, XmlValue } from '../xml.ts';
import { resourceId, tagSet, type Listing } from './describe.ts';

type Item = SandboxNetworkInterface & { readonly ownerId: string };

function associations(item: Item): readonly SandboxAssociation[] {
  return item.privateAddresses.flatMap(({ association }) => (association === null ? [] : [association]));
}

/** The association of the primary private address, which stands at the interface itself too. */
function primary(item: Item): SandboxAssociation | null {
  return item.privateAddresses[0]?.association ?? null;
}

export const networkInterfaces: Listing<Item> = {
  set: 'networkInterfaceSet',
  items: (region) =>
    [...region.networkInterfaces.values()].map((item) => ({ ...item, ownerId: region.accountId })),
  key: (item) => item.networkInterfaceId,
  ids: [
    resourceId(
      'NetworkInterfaceId',
      'eni',
      { code: 'InvalidNetworkInterfaceID', noun: 'networkInterface' },
      (item) => item.networkInterfaceId,
    ),
  ],
  tagsOf: (item) => item.tags,
  paging: { min: 5, max: 1000, idsExclude: true },
  filters: {
    'network-interface-id': (item) => [item.networkInterfaceId],
    'addresses.association.public-ip': (item) => associations(item).map(({ publicIp }) => publicIp),
    'addresses.association.owner-id': (item) => associations(item).map(({ ipOwnerId }) => ipOwnerId),
    'addresses.private-ip-address': (item) => item.privateAddresses.map(({ address }) => address),
    'association.public-ip': (item) => [primary(item)?.publicIp ?? null],
    'association.allocation-id': (item) => [primary(item)?.allocationId ?? null],
    'association.association-id': (item) => [primary(item)?.associationId ?? null],
    'association.ip-owner-id': (item) => [primary(item)?.ipOwnerId ?? null],
    'ipv6-addresses.ipv6-address': (item) => item.ipv6Addresses,
    'attachment.instance-id': (item) => [item.attachment?.instanceId ?? null],
    'attachment.attachment-id': (item) => [item.attachment?.attachmentId ?? null],
    'attachment.status': (item) => [item.attachment?.status ?? null],
    'attachment.device-index': (item) => [
      item.attachment === null ? null : String(item.attachment.deviceIndex),
    ],
    'group-id': (item) => item.groupIds,
    'interface-type': (item) => [item.interfaceType],
    'mac-address': (item) => [item.macAddress],
    'owner-id': (item) => [item.ownerId],
    'private-ip-address': (item) => [item.privateAddresses[0]?.address ?? null],
    'requester-id': (item) => [item.requesterId],
    'requester-managed': (item) => [String(item.requesterManaged)],
    status: (item) => [statusOf(item)],
    'subnet-id': (item) => [item.subnetId],
    'vpc-id': (item) => [item.vpcId],
    description: (item) => [item.description],
  },
  render: (item, region) => ({
    ...renderCommon(item, region),
    association: renderAssociation(primary(item)),
    attachment:
      item.attachment === null
        ? null
        : {
            attachmentId: item.attachment.attachmentId,
            attachTime: item.attachment.attachTime,
            deleteOnTermination: true,
            deviceIndex: item.attachment.deviceIndex,
            instanceId: item.attachment.instanceId,
            instanceOwnerId: item.attachment.instanceId === null ? 'amazon-aws' : region.accountId,
            networkCardIndex: 0,
            status: item.attachment.status,
          },
    availabilityZone: region.subnets.get(item.subnetId)?.availabilityZone,
    denyAllIgwTraffic: item.denyAllIgwTraffic,
    privateIpAddressesSet: renderAddresses(item, renderAssociation),
    requesterId: item.requesterId,
    requesterManaged: item.requesterManaged,
    tagSet: tagSet(item.tags),
  }),
};

/** What DescribeNetworkInterfaces and DescribeInstances say of an interface in the same words. */
export function renderCommon(item: SandboxNetworkInterface, region: SandboxRegion): XmlNode {
  return {
    description: item.description,
    groupSet: item.groupIds.map((groupId) => ({
      groupId,
      groupName: region.securityGroups.get(groupId)?.groupName,
    })),
    interfaceType: item.interfaceType,
    ipv6AddressesSet: item.ipv6Addresses.map((ipv6Address) => ({ ipv6Address, isPrimaryIpv6: false })),
    macAddress: item.macAddress,
    networkInterfaceId: item.networkInterfaceId,
    ownerId: region.accountId,
    privateIpAddress: item.privateAddresses[0]?.address,
    sourceDestCheck: true,
    status: statusOf(item),
    subnetId: item.subnetId,
    vpcId: item.vpcId,
  };
}

export function renderAddresses(
  item: SandboxNetworkInterface,
  renderEach: (association: SandboxAssociation | null) => XmlValue,
): XmlValue {
  return item.privateAddresses.map(({ address, association }, index) => ({
    association: renderEach(association),
    primary: index === 0,
    privateIpAddress: address,
  }));
}

function renderAssociation(association: SandboxAssociation | null): XmlValue {
  if (association === null) return null;
  return {
    allocationId: association.allocationId,
    associationId: association.associationId,
    carrierIp: association.carrierIp,
    customerOwnedIp: association.customerOwnedIp,
    ipOwnerId: association.ipOwnerId,
    publicDnsName: '',
    publicIp: association.publicIp,
  };
}

function statusOf(item: SandboxNetworkInterface): string {
  return item.attachment === null ? 'available' : 'in-use';
}
