import type { SandboxAddress, SandboxNetworkInterface, SandboxPrivateAddress } from '../estate.ts';
import { resourceId, tagSet, type Listing } from './describe.ts';

interface Item extends SandboxAddress {
  readonly accountId: string;
  readonly region: string;
  readonly place: {
    readonly networkInterface: SandboxNetworkInterface;
    readonly privateAddress: SandboxPrivateAddress;
  } | null;
}

export const addresses: Listing<Item> = {
  set: 'addressesSet',
  items: (region) => {
    const places = new Map<string, NonNullable<Item['place']>>();
    for (const networkInterface of region.networkInterfaces.values()) {
      for (const privateAddress of networkInterface.privateAddresses) {
        const allocationId = privateAddress.association?.allocationId ?? null;
        if (allocationId !== null) places.set(allocationId, { networkInterface, privateAddress });
      }
    }
    return [...region.addresses.values()].map((address) => ({
      ...address,
      accountId: region.accountId,
      region: region.name,
      place: places.get(address.allocationId) ?? null,
    }));
  },
  key: (item) => item.allocationId,
  ids: [
    resourceId(
      'AllocationId',
      'eipalloc',
      { code: 'InvalidAllocationID', noun: 'allocation' },
      (item) => item.allocationId,
    ),
    {
      name: 'PublicIp',
      prefix: '',
      malformed: 'InvalidAddress.Malformed',
      notFound: 'InvalidAddress.NotFound',
      message: (address) => `Address '${address}' not found.`,
      of: (item) => item.publicIp,
    },
  ],
  tagsOf: (item) => item.tags,
  paging: null,
  filters: {
    'allocation-id': (item) => [item.allocationId],
    'association-id': (item) => [item.place?.privateAddress.association?.associationId ?? null],
    'instance-id': (item) => [item.place?.networkInterface.attachment?.instanceId ?? null],
    'network-border-group': (item) => [item.region],
    'network-interface-id': (item) => [item.place?.networkInterface.networkInterfaceId ?? null],
    'network-interface-owner-id': (item) => [item.place === null ? null : item.accountId],
    'private-ip-address': (item) => [item.place?.privateAddress.address ?? null],
    'public-ip': (item) => [item.publicIp],
  },
  render: (item) => ({
    allocationId: item.allocationId,
    associationId: item.place?.privateAddress.association?.associationId,
    domain: 'vpc',
    instanceId: item.place?.networkInterface.attachment?.instanceId,
    networkBorderGroup: item.region,
    networkInterfaceId: item.place?.networkInterface.networkInterfaceId,
    networkInterfaceOwnerId: item.place === null ? null : item.accountId,
    privateIpAddress: item.place?.privateAddress.address,
    publicIp: item.publicIp,
    publicIpv4Pool: 'amazon',
    tagSet: tagSet(item.tags),
  }),
};
