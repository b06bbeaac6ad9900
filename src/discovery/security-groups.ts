import { paginateDescribeSecurityGroupRules, type SecurityGroupRule } from '@aws-sdk/client-ec2';
import { canonicalCidr } from '../aws/address.ts';
import { eachPage, listed } from '../aws/call.ts';
import { isPublicCidr } from '../aws/special-addresses.ts';
import type { InboundRule } from '../domain/exposure.ts';
import { BoundedCache } from './bounded-cache.ts';
import { portRanges } from './ports.ts';
import type { PrefixLists } from './prefix-lists.ts';
import { chunksOf, ec2Call, filterValues, type RegionContext } from './region.ts';
import { createTolerantReader, type Read } from './tolerant-reader.ts';

export type GroupRules = Read<readonly InboundRule[]>;

/** What each of the groups lets in from public addresses, by group id. */
export type SecurityGroups = (groupIds: Iterable<string>) => Promise<ReadonlyMap<string, GroupRules>>;

/** Reads groups in batches, each once as long as the cache holds it. */
export function createSecurityGroups(context: RegionContext, prefixLists: PrefixLists): SecurityGroups {
  const known = new BoundedCache<GroupRules>(5_000);
  const tolerant = createTolerantReader();

  const read = async (groupIds: readonly string[]): Promise<Map<string, SecurityGroupRule[]>> => {
    const rules = new Map<string, SecurityGroupRule[]>(groupIds.map((id) => [id, []]));
    const pages = paginateDescribeSecurityGroupRules(
      { client: context.aws.ec2(context.region), pageSize: 1_000 },
      { Filters: [{ Name: 'group-id', Values: [...groupIds] }] },
      { abortSignal: context.signal },
    );
    const call = ec2Call(context, 'DescribeSecurityGroupRules');
    for await (const page of eachPage(call, context.signal, pages)) {
      for (const rule of listed(call, page.SecurityGroupRules)) {
        if (rule.IsEgress !== true) rules.get(rule.GroupId ?? '')?.push(rule);
      }
    }
    return rules;
  };

  return async (groupIds) => {
    const result = new Map<string, GroupRules>();
    const missing: string[] = [];
    for (const id of new Set(groupIds)) {
      const cached = known.get(id);
      if (cached === undefined) missing.push(id);
      else result.set(id, cached);
    }
    for (const batch of chunksOf(missing, filterValues)) {
      const answer = await tolerant(() => read(batch));
      for (const id of batch) {
        const rules = answer.ok ? await inbound(answer.value.get(id) ?? [], prefixLists) : answer;
        result.set(id, rules);
        if (rules.ok || !rules.retryable) known.set(id, rules);
      }
    }
    return result;
  };
}

async function inbound(rules: readonly SecurityGroupRule[], prefixLists: PrefixLists): Promise<GroupRules> {
  const found: InboundRule[] = [];
  for (const rule of rules) {
    const ranges = portRanges(rule.IpProtocol, rule.FromPort, rule.ToPort);
    if (ranges.length === 0) continue;
    const sources = await sourcesOf(rule, prefixLists);
    if (!sources.ok) return sources;
    for (const source of sources.value) {
      for (const range of ranges) {
        found.push({
          securityGroupId: rule.GroupId ?? '',
          securityGroupRuleId: rule.SecurityGroupRuleId ?? '',
          ...range,
          source,
        });
      }
    }
  }
  return { ok: true, value: found };
}

/** The public CIDRs that the rule lets in. A rule that names a group means private addresses and gives none. */
async function sourcesOf(
  rule: SecurityGroupRule,
  prefixLists: PrefixLists,
): Promise<Read<readonly string[]>> {
  if (rule.PrefixListId !== undefined && rule.PrefixListId !== '') {
    const entries = await prefixLists(rule.PrefixListId);
    return entries.ok ? { ok: true, value: entries.value.filter(isPublicCidr) } : entries;
  }
  const cidr = canonicalCidr(rule.CidrIpv4 || rule.CidrIpv6 || '');
  return { ok: true, value: cidr !== null && isPublicCidr(cidr) ? [cidr] : [] };
}
