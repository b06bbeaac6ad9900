import type { SandboxRegion, SandboxSecurityGroupRule } from '../estate.ts';
import type { XmlNode } from '../xml.ts';
import { resourceId, tagSet, type Listing } from './describe.ts';

type Item = SandboxSecurityGroupRule & { readonly groupId: string };

export const securityGroupRules: Listing<Item> = {
  set: 'securityGroupRuleSet',
  items: function* (region) {
    for (const { groupId, rules } of region.securityGroups.values()) {
      for (const rule of rules) yield { ...rule, groupId };
    }
  },
  key: (item) => item.securityGroupRuleId,
  ids: [
    resourceId(
      'SecurityGroupRuleId',
      'sgr',
      { code: 'InvalidSecurityGroupRuleId', noun: 'security group rule' },
      (item) => item.securityGroupRuleId,
    ),
  ],
  tagsOf: (item) => item.tags,
  paging: { min: 5, max: 1000, idsExclude: false },
  filters: {
    'group-id': (item) => [item.groupId],
    'security-group-rule-id': (item) => [item.securityGroupRuleId],
  },
  render: (item, region) => ({
    securityGroupRuleId: item.securityGroupRuleId,
    securityGroupRuleArn: `arn:${region.partition}:ec2:${region.name}:${region.accountId}:security-group-rule/${item.securityGroupRuleId}`,
    groupId: item.groupId,
    groupOwnerId: region.accountId,
    isEgress: item.isEgress,
    ipProtocol: item.ipProtocol,
    fromPort: item.fromPort,
    toPort: item.toPort,
    description: item.description,
    ...renderSource(item.source, region),
    tagSet: tagSet(item.tags),
  }),
};

function renderSource(source: string, region: SandboxRegion): XmlNode {
  if (source.startsWith('pl-')) return { prefixListId: source };
  if (source.startsWith('sg-')) {
    return {
      referencedGroupInfo: {
        groupId: source,
        userId: region.accountId,
        vpcId: region.securityGroups.get(source)?.vpcId,
      },
    };
  }
  return source.includes(':') ? { cidrIpv6: source } : { cidrIpv4: source };
}
