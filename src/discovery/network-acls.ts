import type { NetworkAcl } from '@aws-sdk/client-ec2';
import { canonicalCidr } from '../aws/address.ts';
import type { NetworkAclEntry } from '../domain/exposure.ts';
import { portRanges } from './ports.ts';

export interface AclSummary {
  readonly networkAclId: string;
  /** Inbound, in the order in which EC2 tries them. */
  readonly entries: readonly NetworkAclEntry[];
}

/** The inbound entries of each subnet's network ACL, for the ACLs of one VPC. */
export function summariseAcls(acls: readonly NetworkAcl[]): ReadonlyMap<string, AclSummary> {
  const bySubnet = new Map<string, AclSummary>();
  for (const acl of acls) {
    const summary: AclSummary = { networkAclId: acl.NetworkAclId ?? '', entries: inboundEntries(acl) };
    for (const { SubnetId } of acl.Associations ?? []) {
      if (SubnetId !== undefined && SubnetId !== '') bySubnet.set(SubnetId, summary);
    }
  }
  return bySubnet;
}

function inboundEntries(acl: NetworkAcl): NetworkAclEntry[] {
  return (acl.Entries ?? [])
    .filter((entry) => entry.Egress !== true)
    .toSorted((left, right) => (left.RuleNumber ?? 0) - (right.RuleNumber ?? 0))
    .flatMap((entry) => {
      const source = canonicalCidr(entry.CidrBlock || entry.Ipv6CidrBlock || '');
      if (source === null) return [];
      return portRanges(entry.Protocol, entry.PortRange?.From, entry.PortRange?.To).map((range) => ({
        ruleNumber: entry.RuleNumber ?? 0,
        allow: entry.RuleAction === 'allow',
        ...range,
        source,
      }));
    });
}
