import { createHash } from 'node:crypto';
import { automatic } from './build-addresses.ts';
import { defaultSubnet, newId, requirePart } from './create-estate.ts';
import type {
  SandboxNetworkInterface,
  SandboxPrefixList,
  SandboxRegion,
  SandboxSecurityGroup,
  Tags,
} from './estate.ts';

/** One thing that a security group lets in. */
export interface Ingress {
  /** A port, or a range. Absent for every port of the protocol. */
  readonly port?: number | readonly [from: number, to: number];
  /** `tcp` unless said otherwise; `-1` for every protocol. */
  readonly protocol?: string;
  /** Where from: a CIDR block (`0.0.0.0/0` unless said otherwise), a prefix list's id or a security group's. */
  readonly source?: string;
  readonly description?: string;
}

export function addSecurityGroup(
  region: SandboxRegion,
  ingress: readonly Ingress[],
  groupName?: string,
): SandboxSecurityGroup {
  const groupId = newId(region, 'sg');
  const group: SandboxSecurityGroup = {
    groupId,
    vpcId: defaultSubnet(region).vpcId,
    groupName: groupName ?? `group-${region.securityGroups.size + 1}`,
    rules: [],
  };
  group.rules.push({
    securityGroupRuleId: newId(region, 'sgr'),
    isEgress: true,
    ipProtocol: '-1',
    fromPort: -1,
    toPort: -1,
    source: '0.0.0.0/0',
    description: null,
    tags: {},
  });
  region.securityGroups.set(groupId, group);
  setIngress(region, group, ingress);
  return group;
}

/** Replaces what the group lets in. */
export function setIngress(
  region: SandboxRegion,
  group: SandboxSecurityGroup,
  ingress: readonly Ingress[],
): void {
  const egress = group.rules.filter(({ isEgress }) => isEgress);
  const rules = ingress.map((entry) => {
    const [fromPort, toPort] =
      entry.port === undefined
        ? everyPort(entry.protocol)
        : typeof entry.port === 'number'
          ? [entry.port, entry.port]
          : entry.port;
    return {
      securityGroupRuleId: newId(region, 'sgr'),
      isEgress: false,
      ipProtocol: entry.protocol ?? 'tcp',
      fromPort,
      toPort,
      source: entry.source ?? '0.0.0.0/0',
      description: entry.description ?? null,
      tags: {},
    };
  });
  group.rules = [...rules, ...egress];
}

function everyPort(protocol: string | undefined): [number, number] {
  return protocol === '-1' || protocol?.startsWith('icmp') === true ? [-1, -1] : [0, 65_535];
}

export interface InterfaceSpec {
  readonly subnetId?: string;
  readonly privateAddress?: string;
  readonly ipv6Addresses?: readonly string[];
  readonly groupIds?: readonly string[];
  /** `interface` unless said otherwise. Anything else is one of AWS's own. */
  readonly interfaceType?: string;
  readonly requesterManaged?: boolean;
  readonly description?: string;
  /** An automatically assigned public IPv4 address. */
  readonly publicAddress?: string | undefined;
  readonly tags?: Tags;
}

/** Adds an interface that nothing is attached to yet, such as a NAT gateway's with its public address. */
export function addNetworkInterface(
  region: SandboxRegion,
  spec: InterfaceSpec = {},
): SandboxNetworkInterface {
  const subnet =
    spec.subnetId === undefined
      ? defaultSubnet(region)
      : requirePart(region.subnets.get(spec.subnetId), spec.subnetId);
  const networkInterfaceId = newId(region, 'eni');
  const requesterManaged = spec.requesterManaged ?? false;
  const made: SandboxNetworkInterface = {
    networkInterfaceId,
    subnetId: subnet.subnetId,
    vpcId: subnet.vpcId,
    macAddress: macAddress(networkInterfaceId),
    description: spec.description ?? '',
    interfaceType: spec.interfaceType ?? 'interface',
    requesterManaged,
    requesterId: requesterManaged ? 'amazon-aws' : null,
    privateAddresses: [
      {
        address: spec.privateAddress ?? nextPrivateAddress(region, subnet.cidrBlock),
        association: spec.publicAddress === undefined ? null : automatic(spec.publicAddress),
      },
    ],
    ipv6Addresses: [...(spec.ipv6Addresses ?? [])],
    groupIds: [...(spec.groupIds ?? [])],
    attachment: null,
    denyAllIgwTraffic: false,
    tags: { ...spec.tags },
  };
  region.networkInterfaces.set(networkInterfaceId, made);
  return made;
}

export function addPrefixList(
  region: SandboxRegion,
  name: string,
  cidrs: readonly string[],
): SandboxPrefixList {
  const list: SandboxPrefixList = {
    prefixListId: newId(region, 'pl'),
    name,
    addressFamily: cidrs[0]?.includes(':') === true ? 'IPv6' : 'IPv4',
    ownerId: region.accountId,
    version: 1,
    entries: cidrs.map((cidr) => ({ cidr, description: null })),
  };
  region.prefixLists.set(list.prefixListId, list);
  return list;
}

function nextPrivateAddress(region: SandboxRegion, cidrBlock: string): string {
  const base = (cidrBlock.split('/')[0] ?? '')
    .split('.')
    .reduce((sum, octet) => sum * 256 + Number(octet), 0);
  // The first addresses of a subnet are AWS's.
  const address = base + 10 + region.privateAddressesGiven;
  region.privateAddressesGiven += 1;
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}

function macAddress(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex').slice(0, 10);
  return `02:${(hex.match(/../gu) ?? []).join(':')}`;
}
