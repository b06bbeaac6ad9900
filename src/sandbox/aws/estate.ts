/**
 * What the sandbox's AWS holds: accounts, their Regions, and in each a small network with instances. Plain mutable
 * data, one fact in one place; tests and the fleet change it while the sandbox runs and the next call sees it.
 */
export interface SandboxEstate {
  readonly accounts: Map<string, SandboxAccount>;
}

export interface SandboxAccount {
  readonly accountId: string;
  /** `aws`, `aws-us-gov`, `aws-cn`… */
  readonly partition: string;
  name: string;
  readonly regions: Map<string, SandboxRegion>;
  /** Roles that may be assumed, by name. */
  readonly roles: Map<string, SandboxRole>;
}

interface SandboxRole {
  readonly roleName: string;
  /** The external id that the trust policy asks for; null when it asks for none. */
  externalId: string | null;
  /** Accounts whose principals the trust policy names. */
  readonly trustedAccounts: Set<string>;
}

export type Tags = Record<string, string>;

export interface SandboxRegion {
  readonly accountId: string;
  readonly partition: string;
  readonly name: string;
  optInStatus: 'opt-in-not-required' | 'opted-in' | 'not-opted-in';
  readonly hub: SandboxHub;
  readonly vpcs: Map<string, SandboxVpc>;
  readonly subnets: Map<string, SandboxSubnet>;
  readonly routeTables: Map<string, SandboxRouteTable>;
  readonly networkAcls: Map<string, SandboxNetworkAcl>;
  readonly internetGateways: Map<string, SandboxInternetGateway>;
  readonly securityGroups: Map<string, SandboxSecurityGroup>;
  readonly instances: Map<string, SandboxInstance>;
  readonly networkInterfaces: Map<string, SandboxNetworkInterface>;
  /** Elastic IP addresses by allocation id; what they are associated with stands at the interface. */
  readonly addresses: Map<string, SandboxAddress>;
  readonly prefixLists: Map<string, SandboxPrefixList>;
  /** Counts what was made here, so that ids are the same in every run. */
  serial: number;
  /** So that a private address is not given twice. */
  privateAddressesGiven: number;
}

interface SandboxHub {
  enabled: boolean;
  /** ISO 8601. */
  subscribedAt: string;
  /** How an import is refused while the hub is not enabled: the whole call, or each finding by itself. */
  refusal: 'call' | 'findings';
}

interface SandboxVpc {
  readonly vpcId: string;
  cidrBlock: string;
  ipv6CidrBlock: string | null;
  isDefault: boolean;
  tags: Tags;
}

export interface SandboxSubnet {
  readonly subnetId: string;
  readonly vpcId: string;
  availabilityZone: string;
  cidrBlock: string;
  ipv6CidrBlock: string | null;
  mapPublicIpOnLaunch: boolean;
  defaultForAz: boolean;
  tags: Tags;
}

export interface SandboxRouteTable {
  readonly routeTableId: string;
  readonly vpcId: string;
  /** The VPC's main table holds for every subnet that has no association of its own. */
  main: boolean;
  /** Explicit associations only. */
  associations: { associationId: string; subnetId: string }[];
  routes: SandboxRoute[];
  tags: Tags;
}

export interface SandboxRoute {
  /** A CIDR block or a prefix list's id. */
  destination: string;
  /** `local`, or the id of a gateway (`igw-`, `eigw-`, `nat-`, `tgw-`, `vgw-`…) or of an interface (`eni-`). */
  target: string;
  state: 'active' | 'blackhole';
}

export interface SandboxNetworkAcl {
  readonly networkAclId: string;
  readonly vpcId: string;
  isDefault: boolean;
  associations: { associationId: string; subnetId: string }[];
  entries: SandboxNetworkAclEntry[];
  tags: Tags;
}

interface SandboxNetworkAclEntry {
  ruleNumber: number;
  egress: boolean;
  allow: boolean;
  /** `-1` for all, `6` TCP, `17` UDP, `1` ICMP, `58` ICMPv6… */
  protocol: string;
  /** A CIDR block of either family. */
  cidr: string;
  /** Null for protocols without ports and for all of them. */
  ports: { from: number; to: number } | null;
}

export interface SandboxInternetGateway {
  readonly internetGatewayId: string;
  attachedVpcIds: string[];
  tags: Tags;
}

export interface SandboxSecurityGroup {
  readonly groupId: string;
  readonly vpcId: string;
  groupName: string;
  rules: SandboxSecurityGroupRule[];
}

export interface SandboxSecurityGroupRule {
  readonly securityGroupRuleId: string;
  isEgress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all. */
  ipProtocol: string;
  /** -1 for all ports. */
  fromPort: number;
  toPort: number;
  /** A CIDR block of either family, a prefix list's id (`pl-`) or a security group's (`sg-`). */
  source: string;
  description: string | null;
  tags: Tags;
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface SandboxInstance {
  readonly instanceId: string;
  readonly reservationId: string;
  imageId: string;
  instanceType: string;
  state: InstanceState;
  /** ISO 8601. */
  launchTime: string;
  /** `windows`, or null for everything else. */
  platform: 'windows' | null;
  tags: Tags;
}

export interface SandboxNetworkInterface {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly macAddress: string;
  description: string;
  /** `interface`, `nat_gateway`, `network_load_balancer`, `lambda`… */
  interfaceType: string;
  /** Made by an AWS service on the customer's behalf. */
  requesterManaged: boolean;
  requesterId: string | null;
  /** The first is the primary one. */
  privateAddresses: SandboxPrivateAddress[];
  ipv6Addresses: string[];
  groupIds: string[];
  attachment: SandboxAttachment | null;
  denyAllIgwTraffic: boolean;
  tags: Tags;
}

export interface SandboxPrivateAddress {
  readonly address: string;
  association: SandboxAssociation | null;
}

export interface SandboxAssociation {
  /** Null when the address is only a carrier's or the customer's own. */
  publicIp: string | null;
  carrierIp: string | null;
  customerOwnedIp: string | null;
  /** Of the Elastic IP address; null for one that was assigned automatically. */
  allocationId: string | null;
  associationId: string | null;
  /** The account, or `amazon` for an automatic address. */
  ipOwnerId: string;
}

interface SandboxAttachment {
  readonly attachmentId: string;
  /** Null when it is attached to something of AWS's own. */
  readonly instanceId: string | null;
  deviceIndex: number;
  status: 'attaching' | 'attached' | 'detaching' | 'detached';
  /** ISO 8601. */
  attachTime: string;
}

export interface SandboxAddress {
  readonly allocationId: string;
  readonly publicIp: string;
  tags: Tags;
}

export interface SandboxPrefixList {
  readonly prefixListId: string;
  name: string;
  addressFamily: 'IPv4' | 'IPv6';
  ownerId: string;
  version: number;
  entries: { cidr: string; description: string | null }[];
}
