import type { SandboxInternetGateway } from '../estate.ts';
import { resourceId, tagSet, type Listing } from './describe.ts';

export const internetGateways: Listing<SandboxInternetGateway> = {
  set: 'internetGatewaySet',
  items: (region) => region.internetGateways.values(),
  key: (item) => item.internetGatewayId,
  ids: [
    resourceId(
      'InternetGatewayId',
      'igw',
      { code: 'InvalidInternetGatewayID', noun: 'internetGateway' },
      (item) => item.internetGatewayId,
    ),
  ],
  tagsOf: (item) => item.tags,
  paging: { min: 5, max: 1000, idsExclude: false },
  filters: {
    'attachment.state': (item) => item.attachedVpcIds.map(() => 'available'),
    'attachment.vpc-id': (item) => item.attachedVpcIds,
    'internet-gateway-id': (item) => [item.internetGatewayId],
  },
  render: (item, region) => ({
    internetGatewayId: item.internetGatewayId,
    ownerId: region.accountId,
    attachmentSet: item.attachedVpcIds.map((vpcId) => ({ state: 'available', vpcId })),
    tagSet: tagSet(item.tags),
  }),
};
