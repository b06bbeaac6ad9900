import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { type Exposure, reachability, type Transport } from '../../src/domain/exposure.ts';
import { addInstance, type InstanceSpec } from '../../src/sandbox/aws/build-instance.ts';
import { addPrefixList, addSecurityGroup } from '../../src/sandbox/aws/build-network.ts';
import { newId } from '../../src/sandbox/aws/create-estate.ts';
import type { SandboxNetworkAcl, SandboxRouteTable } from '../../src/sandbox/aws/estate.ts';
import { type Bench, startBench } from './sandbox.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(async () => {
  await bench.close();
});

const v4 = '52.95.110.1';
const v6 = '2a05:d018::1';

async function discovered(spec: InstanceSpec): Promise<Map<string, Endpoint>> {
  addInstance(bench.region, { publicAddress: v4, ipv6Addresses: [v6], ...spec });
  return new Map((await bench.discover()).map((endpoint) => [endpoint.address, endpoint]));
}

async function exposureOf(spec: InstanceSpec, address = v4): Promise<Exposure> {
  const endpoint = (await discovered(spec)).get(address);
  if (endpoint === undefined) throw new Error(`${address} was not discovered`);
  return endpoint.exposure;
}

function verdict(exposure: Exposure, port: number, transport: Transport = 'tcp', family: 4 | 6 = 4): string {
  return reachability(exposure, family, transport, port).verdict;
}

const only = <Value>(values: Iterable<Value>): Value => {
  const [value, ...rest] = values;
  if (value === undefined || rest.length > 0) throw new Error('expected exactly one');
  return value;
};

const mainTable = (): SandboxRouteTable => only(bench.region.routeTables.values());
const acl = (): SandboxNetworkAcl => only(bench.region.networkAcls.values());

describe('security groups', () => {
  test('a rule is narrowed to one source and one transport', async () => {
    const exposure = await exposureOf({ ingress: [{ port: [8000, 8010], source: '52.0.0.0/8' }] });
    expect(exposure).toMatchObject({
      state: 'known',
      rules: [{ transport: 'tcp', fromPort: 8000, toPort: 8010, source: '52.0.0.0/8' }],
    });
    expect([verdict(exposure, 8005), verdict(exposure, 8011), verdict(exposure, 8005, 'udp')]).toEqual([
      'restricted',
      'blocked',
      'blocked',
    ]);
  });

  test('protocol -1 is all ports of both transports, for its own family', async () => {
    const found = await discovered({ ingress: [{ protocol: '-1', source: '::/0' }] });
    const four = found.get(v4)?.exposure;
    const six = found.get(v6)?.exposure;
    expect(six).toMatchObject({
      rules: [
        { transport: 'tcp', fromPort: 0, toPort: 65_535, source: '::/0' },
        { transport: 'udp', fromPort: 0, toPort: 65_535, source: '::/0' },
      ],
    });
    expect(four).toMatchObject({ state: 'known', rules: [] });
  });

  test('numbers of protocols count, and protocols without ports do not', async () => {
    const exposure = await exposureOf({
      ingress: [
        { protocol: '6', port: 22 },
        { protocol: '17', port: 53 },
        { protocol: 'icmp' },
        { protocol: '50', port: 99 },
      ],
    });
    expect(verdict(exposure, 22)).toBe('allowed');
    expect(verdict(exposure, 53, 'udp')).toBe('allowed');
    expect(verdict(exposure, 99)).toBe('blocked');
    expect(exposure.state === 'known' && exposure.rules).toHaveLength(2);
  });

  test('private ranges, other groups, egress rules and the groups of others are not the internet', async () => {
    const other = addSecurityGroup(bench.region, [{ port: 3306 }]);
    const exposure = await exposureOf({
      ingress: [
        { port: 22, source: '10.0.0.0/8' },
        { port: 22, source: '192.168.7.0/24' },
        { port: 22, source: '100.64.0.0/10' },
        { port: 22, source: other.groupId },
        { port: 443 },
      ],
    });
    expect(exposure).toMatchObject({ state: 'known', rules: [{ fromPort: 443 }] });
    expect([22, 443, 3306].map((port) => verdict(exposure, port))).toEqual(['blocked', 'allowed', 'blocked']);
  });

  test('the rules of all groups of the interface count', async () => {
    const shared = addSecurityGroup(bench.region, [{ port: 22 }]);
    const exposure = await exposureOf({ ingress: [{ port: 443 }], groupIds: [shared.groupId] });
    expect([22, 443].map((port) => verdict(exposure, port))).toEqual(['allowed', 'allowed']);
    expect(reachability(exposure, 4, 'tcp', 22).reason).toContain(shared.groupId);
  });

  test('a prefix list stands for its public entries, over several pages', async () => {
    const cidrs = Array.from({ length: 230 }, (_, n) => `52.${n}.0.0/16`);
    const list = addPrefixList(bench.region, 'partners', [...cidrs, '10.0.0.0/8']);
    const exposure = await exposureOf({ ingress: [{ port: 443, source: list.prefixListId }] });
    expect(exposure.state === 'known' && exposure.rules.map(({ source }) => source)).toEqual(cidrs);
    expect(verdict(exposure, 443)).toBe('restricted');
    expect(bench.sandbox.calls.of({ action: 'GetManagedPrefixListEntries' })).toHaveLength(3);
  });
});

describe('routes', () => {
  test('the main route table holds for a subnet without an association', async () => {
    const exposure = await exposureOf({ ingress: [{ port: 443 }] });
    const gateway = only(bench.region.internetGateways.keys());
    expect(exposure).toMatchObject({ state: 'known', internetGatewayId: gateway });
  });

  test('an association of the subnet takes precedence over the main table', async () => {
    const { region } = bench;
    const { subnetId, vpcId } = [...region.subnets.values()].find(({ defaultForAz }) => defaultForAz) ?? {};
    if (subnetId === undefined || vpcId === undefined) throw new Error('no subnet');
    const routeTableId = newId(region, 'rtb');
    region.routeTables.set(routeTableId, {
      routeTableId,
      vpcId,
      main: false,
      associations: [{ associationId: newId(region, 'rtbassoc'), subnetId }],
      routes: [{ destination: '0.0.0.0/0', target: 'nat-0123456789abcdef0', state: 'active' }],
      tags: {},
    });
    const exposure = await exposureOf({ subnetId, ingress: [{ port: 443 }] });
    expect(exposure).toMatchObject({ state: 'known', internetGatewayId: null });
    expect(reachability(exposure, 4, 'tcp', 443)).toMatchObject({ verdict: 'blocked' });
  });

  test('each family has its own default route, and an egress-only gateway lets nothing in', async () => {
    const table = mainTable();
    const ipv6 = table.routes.find(({ destination }) => destination === '::/0');
    if (ipv6 !== undefined) ipv6.target = 'eigw-0123456789abcdef0';
    const found = await discovered({ ingress: [{ port: 443 }, { port: 443, source: '::/0' }] });
    expect(verdict(found.get(v4)?.exposure as Exposure, 443)).toBe('allowed');
    expect(found.get(v6)?.exposure).toMatchObject({ state: 'known', internetGatewayId: null });
  });

  test('a route whose gateway is gone leads nowhere', async () => {
    for (const route of mainTable().routes) if (route.target.startsWith('igw-')) route.state = 'blackhole';
    expect(await exposureOf({})).toMatchObject({ state: 'known', internetGatewayId: null });
  });

  test('a route of half the internet lets that half in', async () => {
    const route = mainTable().routes.find(({ destination }) => destination === '0.0.0.0/0');
    if (route !== undefined) route.destination = '0.0.0.0/1';
    expect(await exposureOf({})).toMatchObject({ internetGatewayId: route?.target });
  });

  test('what passes through an appliance is not known', async () => {
    const route = mainTable().routes.find(({ destination }) => destination === '0.0.0.0/0');
    if (route !== undefined) route.target = 'vpce-0123456789abcdef0';
    expect(await exposureOf({})).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('vpce-0123456789abcdef0') as string,
    });
  });

  test('an interface that denies traffic of gateways has none', async () => {
    const { networkInterface } = addInstance(bench.region, { publicAddress: '52.95.110.9' });
    networkInterface.denyAllIgwTraffic = true;
    const [endpoint] = await bench.discover();
    expect(endpoint?.exposure).toMatchObject({ state: 'known', internetGatewayId: null });
  });

  test('a VPC without a route table is not known', async () => {
    bench.region.routeTables.clear();
    expect(await exposureOf({})).toMatchObject({ state: 'unknown' });
  });
});

describe('network ACLs', () => {
  test('a deny before the allow blocks the port, and is named', async () => {
    acl().entries.push({
      ruleNumber: 50,
      egress: false,
      allow: false,
      protocol: '6',
      cidr: '0.0.0.0/0',
      ports: { from: 3306, to: 3306 },
    });
    const exposure = await exposureOf({ ingress: [{ port: 3306 }, { port: 443 }] });
    expect(verdict(exposure, 443)).toBe('allowed');
    expect(reachability(exposure, 4, 'tcp', 3306)).toMatchObject({
      verdict: 'blocked',
      reason: `network ACL ${acl().networkAclId} denies it in rule 50`,
    });
  });

  test('only inbound entries of the family are kept, in the order of their numbers', async () => {
    acl().entries.reverse();
    acl().entries.push({
      ruleNumber: 1,
      egress: true,
      allow: false,
      protocol: '-1',
      cidr: '0.0.0.0/0',
      ports: null,
    });
    const exposure = await exposureOf({});
    expect(exposure.state === 'known' && exposure.networkAclEntries).toEqual(
      [100, 32_767].flatMap((ruleNumber) =>
        (['tcp', 'udp'] as const).map((transport) => ({
          ruleNumber,
          allow: ruleNumber === 100,
          transport,
          fromPort: 0,
          toPort: 65_535,
          source: '0.0.0.0/0',
        })),
      ),
    );
  });

  test('a subnet without one is not known', async () => {
    acl().associations = [];
    expect(await exposureOf({})).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('no network ACL') as string,
    });
  });
});

describe('what cannot be read', () => {
  test.each([
    'DescribeSecurityGroupRules',
    'DescribeRouteTables',
    'DescribeNetworkAcls',
    'GetManagedPrefixListEntries',
  ])('without %s the endpoints are discovered, and exposure is unknown with the reason', async (action) => {
    const list = addPrefixList(bench.region, 'partners', ['52.0.0.0/8']);
    for (let n = 1; n <= 12; n += 1) {
      addInstance(bench.region, {
        publicAddress: `52.95.110.${n}`,
        ingress: [{ port: 443, source: list.prefixListId }],
      });
    }
    bench.sandbox.faults.add({ action, kind: 'deny' });
    const found = await bench.discover({ pageSize: 5 });
    expect(found).toHaveLength(12);
    for (const { exposure } of found) {
      expect(exposure).toMatchObject({
        state: 'unknown',
        reason: expect.stringContaining(`AWS denied ec2:${action} to the role picket`) as string,
      });
      expect(verdict(exposure, 443)).toBe('unknown');
    }
    // A denial costs one call, not one a page.
    expect(bench.sandbox.calls.of({ action })).toHaveLength(1);
  });

  test('an outage is not remembered: the next page may be better', async () => {
    for (let n = 1; n <= 10; n += 1) addInstance(bench.region, { publicAddress: `52.95.110.${n}` });
    bench.sandbox.faults.add({
      action: 'DescribeRouteTables',
      kind: 'error',
      status: 500,
      code: 'InternalError',
      times: 3,
    });
    const found = await bench.discover({ pageSize: 5 });
    const states = found.map(({ exposure }) => exposure.state).toSorted();
    expect(states).toEqual([...Array<string>(5).fill('known'), ...Array<string>(5).fill('unknown')]);
  });

  test('one prefix list that is denied leaves the other groups known', async () => {
    const list = addPrefixList(bench.region, 'partners', ['52.0.0.0/8']);
    addInstance(bench.region, {
      publicAddress: '52.95.110.1',
      ingress: [{ port: 443, source: list.prefixListId }],
    });
    addInstance(bench.region, { publicAddress: '52.95.110.2', ingress: [{ port: 443 }] });
    bench.sandbox.faults.add({ action: 'GetManagedPrefixListEntries', kind: 'deny' });
    const found = await bench.discover();
    expect(found.map(({ exposure }) => exposure.state)).toEqual(['unknown', 'known']);
  });
});
