import type { SandboxSubnet } from '../estate.ts';
import { resourceId, tagSet, type Listing } from './describe.ts';

export const subnets: Listing<SandboxSubnet> = {
  set: 'subnetSet',
  items: (region) => region.subnets.values(),
  key: (item) => item.subnetId,
  ids: [
    resourceId('SubnetId', 'subnet', { code: 'InvalidSubnetID', noun: 'subnet' }, (item) => item.subnetId),
  ],
  tagsOf: (item) => item.tags,
  paging: { min: 5, max: 1000, idsExclude: false },
  filters: {
    'subnet-id': (item) => [item.subnetId],
    'vpc-id': (item) => [item.vpcId],
    'availability-zone': (item) => [item.availabilityZone],
    'cidr-block': (item) => [item.cidrBlock],
    'default-for-az': (item) => [String(item.defaultForAz)],
    'ipv6-cidr-block-association.ipv6-cidr-block': (item) => [item.ipv6CidrBlock],
    'map-public-ip-on-launch': (item) => [String(item.mapPublicIpOnLaunch)],
    state: () => ['available'],
  },
  render: (item, region) => ({
    subnetId: item.subnetId,
    subnetArn: `arn:${region.partition}:ec2:${region.name}:${region.accountId}:subnet/${item.subnetId}`,
    vpcId: item.vpcId,
    ownerId: region.accountId,
    state: 'available',
    availabilityZone: item.availabilityZone,
    cidrBlock: item.cidrBlock,
    defaultForAz: item.defaultForAz,
    mapPublicIpOnLaunch: item.mapPublicIpOnLaunch,
    assignIpv6AddressOnCreation: false,
    ipv6CidrBlockAssociationSet:
      item.ipv6CidrBlock === null
        ? []
        : [
            {
              associationId: `subnet-cidr-assoc-${item.subnetId.slice('subnet-'.length)}`,
              ipv6CidrBlock: item.ipv6CidrBlock,
              ipv6CidrBlockState: { state: 'associated' },
            },
          ],
    tagSet: tagSet(item.tags),
  }),
};
