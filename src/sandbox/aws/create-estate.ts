import { createHash } from 'node:crypto';
import { sandboxAccountId } from './credentials.ts';
import type { SandboxAccount, SandboxEstate, SandboxRegion, SandboxSubnet } from './estate.ts';

export interface AccountSpec {
  readonly accountId: string;
  readonly partition?: string;
  readonly name?: string;
  readonly regions?: readonly string[];
}

/** An estate with the given accounts; without any, the sandbox's own account with an enabled hub in us-east-1. */
export function createEstate(
  accounts: readonly AccountSpec[] = [{ accountId: sandboxAccountId }],
): SandboxEstate {
  const estate: SandboxEstate = { accounts: new Map() };
  for (const spec of accounts) addAccount(estate, spec);
  return estate;
}

export function addAccount(estate: SandboxEstate, spec: AccountSpec): SandboxAccount {
  const account: SandboxAccount = {
    accountId: spec.accountId,
    partition: spec.partition ?? 'aws',
    name: spec.name ?? 'sandbox',
    regions: new Map(),
    roles: new Map(),
  };
  for (const region of spec.regions ?? ['us-east-1']) addRegion(account, region);
  estate.accounts.set(account.accountId, account);
  return account;
}

/** Adds an enabled Region with Security Hub enabled and the network that every new account has. */
export function addRegion(account: SandboxAccount, name: string): SandboxRegion {
  const region: SandboxRegion = {
    accountId: account.accountId,
    partition: account.partition,
    name,
    optInStatus: 'opt-in-not-required',
    hub: { enabled: true, subscribedAt: '2026-01-01T00:00:00.000Z', refusal: 'call' },
    vpcs: new Map(),
    subnets: new Map(),
    routeTables: new Map(),
    networkAcls: new Map(),
    internetGateways: new Map(),
    securityGroups: new Map(),
    instances: new Map(),
    networkInterfaces: new Map(),
    addresses: new Map(),
    prefixLists: new Map(),
    serial: 0,
    privateAddressesGiven: 0,
  };
  addDefaultVpc(region);
  account.regions.set(name, region);
  return region;
}

/** The Region of an account, or an error that names both. */
export function regionOf(estate: SandboxEstate, accountId: string, name: string): SandboxRegion {
  const region = estate.accounts.get(accountId)?.regions.get(name);
  if (region === undefined) throw new Error(`The estate has no Region ${name} in account ${accountId}.`);
  return region;
}

/** An id in EC2's form, such as `eni-0123456789abcdef0`: the same for the n-th thing made in a Region. */
export function newId(region: SandboxRegion, prefix: string): string {
  region.serial += 1;
  const seed = [region.accountId, region.name, prefix, region.serial].join('/');
  return `${prefix}-0${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
}

/** The subnet of the default VPC that instances go to when nothing else is said. */
export function defaultSubnet(region: SandboxRegion): SandboxSubnet {
  for (const subnet of region.subnets.values()) if (subnet.defaultForAz) return subnet;
  throw new Error(`Region ${region.name} has no default subnet.`);
}

/** The part of an estate that was looked up, or an error that names the id. */
export function requirePart<Part>(part: Part | undefined, id: string): Part {
  if (part === undefined) throw new Error(`The estate has no ${id}.`);
  return part;
}

/** As EC2 makes it, but with IPv6: two public subnets, open network ACL, routes to an internet gateway. */
function addDefaultVpc(region: SandboxRegion): void {
  const vpcId = newId(region, 'vpc');
  region.vpcs.set(vpcId, {
    vpcId,
    cidrBlock: '172.31.0.0/16',
    ipv6CidrBlock: '2001:db8:1234:1a00::/56',
    isDefault: true,
    tags: {},
  });
  for (const index of [0, 1]) {
    const subnetId = newId(region, 'subnet');
    region.subnets.set(subnetId, {
      subnetId,
      vpcId,
      availabilityZone: `${region.name}${'ab'.charAt(index)}`,
      cidrBlock: `172.31.${index * 16}.0/20`,
      ipv6CidrBlock: `2001:db8:1234:1a0${index}::/64`,
      mapPublicIpOnLaunch: true,
      defaultForAz: true,
      tags: {},
    });
  }
  const internetGatewayId = newId(region, 'igw');
  region.internetGateways.set(internetGatewayId, { internetGatewayId, attachedVpcIds: [vpcId], tags: {} });
  const routeTableId = newId(region, 'rtb');
  region.routeTables.set(routeTableId, {
    routeTableId,
    vpcId,
    main: true,
    associations: [],
    routes: [
      { destination: '172.31.0.0/16', target: 'local', state: 'active' },
      { destination: '2001:db8:1234:1a00::/56', target: 'local', state: 'active' },
      { destination: '0.0.0.0/0', target: internetGatewayId, state: 'active' },
      { destination: '::/0', target: internetGatewayId, state: 'active' },
    ],
    tags: {},
  });
  addDefaultNetworkAcl(region, vpcId);
}

function addDefaultNetworkAcl(region: SandboxRegion, vpcId: string): void {
  const networkAclId = newId(region, 'acl');
  const rules = [
    { ruleNumber: 100, allow: true, cidr: '0.0.0.0/0' },
    { ruleNumber: 101, allow: true, cidr: '::/0' },
    { ruleNumber: 32_767, allow: false, cidr: '0.0.0.0/0' },
    { ruleNumber: 32_768, allow: false, cidr: '::/0' },
  ];
  region.networkAcls.set(networkAclId, {
    networkAclId,
    vpcId,
    isDefault: true,
    associations: [...region.subnets.keys()].map((subnetId) => ({
      associationId: newId(region, 'aclassoc'),
      subnetId,
    })),
    entries: [true, false].flatMap((egress) =>
      rules.map((rule) => ({ ...rule, egress, protocol: '-1', ports: null })),
    ),
    tags: {},
  });
}
