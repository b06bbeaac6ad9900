import { familyOf } from '../aws/address.ts';
import type { Exposure, InboundRule } from '../domain/exposure.ts';
import type { FoundEndpoint } from './interfaces.ts';
import { createPrefixLists } from './prefix-lists.ts';
import type { RegionContext } from './region.ts';
import type { Way } from './routes.ts';
import { createSecurityGroups, type GroupRules } from './security-groups.ts';
import { createVpcs, type Vpc } from './vpcs.ts';

/** The exposure of each of the endpoints, in their order. Never fails for want of permission: see `unknown`. */
export type Exposures = (endpoints: readonly FoundEndpoint[]) => Promise<Exposure[]>;

/** Joins security groups, network ACLs and routes; what it has read it keeps, within bounds, while it is used. */
export function createExposures(context: RegionContext): Exposures {
  const securityGroups = createSecurityGroups(context, createPrefixLists(context));
  const vpcs = createVpcs(context);
  return async (endpoints) => {
    const groups = await securityGroups(endpoints.flatMap(({ endpoint }) => endpoint.securityGroupIds));
    const networks = new Map<string, Vpc>();
    for (const { endpoint } of endpoints) {
      const { vpcId } = endpoint;
      if (!networks.has(vpcId)) networks.set(vpcId, await vpcs(vpcId));
    }
    return endpoints.map((found) => join(found, groups, networks.get(found.endpoint.vpcId)));
  };
}

function join(
  { endpoint, deniesGatewayTraffic }: FoundEndpoint,
  groups: ReadonlyMap<string, GroupRules>,
  vpc: Vpc | undefined,
): Exposure {
  const rules: InboundRule[] = [];
  for (const id of endpoint.securityGroupIds) {
    const group = groups.get(id);
    if (group === undefined) return unknown(`security group ${id} was not read`);
    if (!group.ok) return unknown(group.reason);
    rules.push(...group.value.filter(({ source }) => familyOf(source) === endpoint.family));
  }
  if (vpc === undefined) return unknown(`VPC ${endpoint.vpcId} was not read`);
  if (!vpc.routes.ok) return unknown(vpc.routes.reason);
  if (!vpc.acls.ok) return unknown(vpc.acls.reason);
  const routes = vpc.routes.value.bySubnet.get(endpoint.subnetId) ?? vpc.routes.value.main;
  if (routes === null) return unknown(`EC2 shows no route table for ${endpoint.subnetId}`);
  const acl = vpc.acls.value.get(endpoint.subnetId);
  if (acl === undefined) return unknown(`EC2 shows no network ACL for ${endpoint.subnetId}`);
  const way: Way = deniesGatewayTraffic ? { kind: 'none' } : routes[endpoint.family];
  if (way.kind === 'appliance') {
    return unknown(`traffic of ${endpoint.subnetId} passes through ${way.id}, whose rules EC2 does not show`);
  }
  return {
    state: 'known',
    rules,
    networkAclId: acl.networkAclId,
    networkAclEntries: acl.entries.filter(({ source }) => familyOf(source) === endpoint.family),
    internetGatewayId: way.kind === 'gateway' ? way.internetGatewayId : null,
  };
}

function unknown(reason: string): Exposure {
  return { state: 'unknown', reason };
}
