import type { SandboxNetworkAcl } from '../estate.ts';
import { resourceId, tagSet, type Listing } from './describe.ts';

export const networkAcls: Listing<SandboxNetworkAcl> = {
  set: 'networkAclSet',
  items: (region) => region.networkAcls.values(),
  key: (item) => item.networkAclId,
  ids: [
    resourceId(
      'NetworkAclId',
      'acl',
      { code: 'InvalidNetworkAclID', noun: 'networkAcl' },
      (item) => item.networkAclId,
    ),
  ],
  tagsOf: (item) => item.tags,
  paging: { min: 5, max: 1000, idsExclude: false },
  filters: {
    'association.association-id': (item) => item.associations.map(({ associationId }) => associationId),
    'association.network-acl-id': (item) => item.associations.map(() => item.networkAclId),
    'association.subnet-id': (item) => item.associations.map(({ subnetId }) => subnetId),
    default: (item) => [String(item.isDefault)],
    'entry.cidr': (item) => item.entries.map(({ cidr }) => (cidr.includes(':') ? null : cidr)),
    'entry.ipv6-cidr': (item) => item.entries.map(({ cidr }) => (cidr.includes(':') ? cidr : null)),
    'entry.egress': (item) => item.entries.map(({ egress }) => String(egress)),
    'entry.protocol': (item) => item.entries.map(({ protocol }) => protocol),
    'entry.rule-action': (item) => item.entries.map(({ allow }) => (allow ? 'allow' : 'deny')),
    'entry.rule-number': (item) => item.entries.map(({ ruleNumber }) => String(ruleNumber)),
    'network-acl-id': (item) => [item.networkAclId],
    'vpc-id': (item) => [item.vpcId],
  },
  render: (item, region) => ({
    networkAclId: item.networkAclId,
    vpcId: item.vpcId,
    ownerId: region.accountId,
    default: item.isDefault,
    associationSet: item.associations.map(({ associationId, subnetId }) => ({
      networkAclAssociationId: associationId,
      networkAclId: item.networkAclId,
      subnetId,
    })),
    entrySet: item.entries.map((entry) => ({
      [entry.cidr.includes(':') ? 'ipv6CidrBlock' : 'cidrBlock']: entry.cidr,
      egress: entry.egress,
      portRange: entry.ports === null ? null : { from: entry.ports.from, to: entry.ports.to },
      protocol: entry.protocol,
      ruleAction: entry.allow ? 'allow' : 'deny',
      ruleNumber: entry.ruleNumber,
    })),
    tagSet: tagSet(item.tags),
  }),
};
