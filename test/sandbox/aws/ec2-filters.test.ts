import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addInstance, stopInstance } from '../../../src/sandbox/aws/build-instance.ts';
import { defaultSubnet } from '../../../src/sandbox/aws/create-estate.ts';
import { matchesWildcard } from '../../../src/sandbox/aws/ec2/filters.ts';
import { refusal, setUp } from './support/clients.ts';

describe('filters of network interfaces', () => {
  it('find by every key that ownership is read by', async () => {
    const { ec2, region } = await setUp();
    const wanted = addInstance(region, { publicAddress: '203.0.113.7', ipv6Addresses: ['2001:db8::7'] });
    const other = addInstance(region, { publicAddress: '203.0.113.8', ipv6Addresses: ['2001:db8::8'] });
    const find = async (name: string, value: string): Promise<(string | undefined)[]> => {
      const found = await ec2.send(
        new DescribeNetworkInterfacesCommand({ Filters: [{ Name: name, Values: [value] }] }),
      );
      return (found.NetworkInterfaces ?? []).map(({ NetworkInterfaceId }) => NetworkInterfaceId);
    };
    const id = wanted.networkInterface.networkInterfaceId;

    expect(await find('network-interface-id', id)).toEqual([id]);
    expect(await find('addresses.association.public-ip', '203.0.113.7')).toEqual([id]);
    expect(await find('association.public-ip', '203.0.113.7')).toEqual([id]);
    expect(await find('ipv6-addresses.ipv6-address', '2001:db8::7')).toEqual([id]);
    expect(await find('attachment.instance-id', wanted.instance.instanceId)).toEqual([id]);
    expect(await find('group-id', wanted.securityGroup.groupId)).toEqual([id]);
    expect(await find('vpc-id', defaultSubnet(region).vpcId)).toHaveLength(2);
    expect(await find('subnet-id', defaultSubnet(region).subnetId)).toHaveLength(2);
    expect(await find('addresses.association.public-ip', '198.51.100.1')).toEqual([]);
    expect(other.networkInterface.networkInterfaceId).not.toBe(id);
  });

  it('find a secondary address only under addresses.association.public-ip', async () => {
    const { ec2, region } = await setUp();
    const { networkInterface } = addInstance(region, {});
    networkInterface.privateAddresses.push({
      address: '172.31.0.200',
      association: {
        publicIp: '203.0.113.9',
        carrierIp: null,
        customerOwnedIp: null,
        allocationId: null,
        associationId: null,
        ipOwnerId: 'amazon',
      },
    });
    const count = async (name: string): Promise<number | undefined> =>
      (
        await ec2.send(
          new DescribeNetworkInterfacesCommand({ Filters: [{ Name: name, Values: ['203.0.113.9'] }] }),
        )
      ).NetworkInterfaces?.length;
    expect(await count('addresses.association.public-ip')).toBe(1);
    expect(await count('association.public-ip')).toBe(0);
  });

  it('take 200 values and no more', async () => {
    const { ec2, region } = await setUp();
    addInstance(region, { publicAddress: '203.0.113.7' });
    const ask = (count: number): Promise<{ NetworkInterfaces?: unknown[] | undefined }> =>
      ec2.send(
        new DescribeNetworkInterfacesCommand({
          Filters: [
            {
              Name: 'addresses.association.public-ip',
              Values: Array.from({ length: count }, (_, index) => `203.0.113.${index}`),
            },
          ],
        }),
      );
    expect((await ask(200)).NetworkInterfaces).toHaveLength(1);
    expect(await refusal(ask(201))).toMatchObject({ name: 'FilterLimitExceeded', status: 400 });
  });
});

describe('filters of instances', () => {
  it('find by state, id and tags', async () => {
    const { ec2, region } = await setUp();
    const web = addInstance(region, { tags: { team: 'web', Name: 'web-1' } }).instance;
    const database = addInstance(region, { tags: { team: 'data' } }).instance;
    stopInstance(region, database);
    const find = async (...filters: [string, ...string[]][]): Promise<(string | undefined)[]> => {
      const found = await ec2.send(
        new DescribeInstancesCommand({ Filters: filters.map(([Name, ...Values]) => ({ Name, Values })) }),
      );
      return (found.Reservations ?? []).map(({ Instances: [each] = [] }) => each?.InstanceId);
    };

    expect(await find(['instance-state-name', 'running'])).toEqual([web.instanceId]);
    expect(await find(['instance-id', database.instanceId])).toEqual([database.instanceId]);
    expect(await find(['tag:team', 'data'])).toEqual([database.instanceId]);
    expect(await find(['tag:Name', 'web-*'])).toEqual([web.instanceId]);
    expect(await find(['tag-key', 'Name'])).toEqual([web.instanceId]);
    expect(await find(['tag-key', 'team'])).toHaveLength(2);
    expect(await find(['tag:team', 'web', 'data'])).toHaveLength(2);
    expect(await find(['tag:team', 'web', 'data'], ['instance-state-name', 'stopped'])).toEqual([
      database.instanceId,
    ]);
    expect(await find(['tag:toString', '*'])).toEqual([]);
  });
});

describe('filters of the network', () => {
  it('find route tables by association, and the main one', async () => {
    const { ec2, region } = await setUp();
    const subnet = defaultSubnet(region);
    const own = {
      routeTableId: 'rtb-0aaaaaaaaaaaaaaaa',
      vpcId: subnet.vpcId,
      main: false,
      associations: [{ associationId: 'rtbassoc-0aaaaaaaaaaaaaaaa', subnetId: subnet.subnetId }],
      routes: [],
      tags: {},
    };
    region.routeTables.set(own.routeTableId, own);
    const find = async (name: string, value: string): Promise<(string | undefined)[]> =>
      (
        (await ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: name, Values: [value] }] })))
          .RouteTables ?? []
      ).map(({ RouteTableId }) => RouteTableId);
    expect(await find('association.subnet-id', subnet.subnetId)).toEqual([own.routeTableId]);
    expect(await find('association.main', 'true')).not.toContain(own.routeTableId);
    expect(await find('association.main', 'true')).toHaveLength(1);
    expect(await find('vpc-id', subnet.vpcId)).toHaveLength(2);
  });

  it('find gateways by VPC, subnets by VPC, addresses by address', async () => {
    const { ec2, region } = await setUp();
    addInstance(region, { publicAddress: '203.0.113.7', elastic: true });
    const { vpcId } = defaultSubnet(region);
    const gateways = await ec2.send(
      new DescribeInternetGatewaysCommand({ Filters: [{ Name: 'attachment.vpc-id', Values: [vpcId] }] }),
    );
    const subnets = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
    );
    const addresses = await ec2.send(
      new DescribeAddressesCommand({ Filters: [{ Name: 'public-ip', Values: ['203.0.113.7'] }] }),
    );
    expect(gateways.InternetGateways).toHaveLength(1);
    expect(subnets.Subnets).toHaveLength(2);
    expect(addresses.Addresses).toHaveLength(1);
  });
});

describe('a filter', () => {
  it('with an unknown name is refused by name', async () => {
    const { ec2 } = await setUp();
    expect(
      await refusal(
        ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'instance-sate', Values: ['x'] }] })),
      ),
    ).toEqual({
      name: 'InvalidParameterValue',
      message: "The filter 'instance-sate' is invalid",
      status: 400,
    });
  });

  it('named like a member that every object has is refused too', async () => {
    const { ec2 } = await setUp();
    const { name } = await refusal(
      ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'constructor', Values: ['x'] }] })),
    );
    expect(name).toBe('InvalidParameterValue');
  });

  it('without values is refused', async () => {
    const { ec2 } = await setUp();
    expect(
      (
        await refusal(
          ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [] }] })),
        )
      ).name,
    ).toBe('InvalidParameterValue');
  });

  it('with a value longer than 255 characters is refused', async () => {
    const { ec2 } = await setUp();
    const filter = { Name: 'tag:Name', Values: ['x'.repeat(256)] };
    expect((await refusal(ec2.send(new DescribeInstancesCommand({ Filters: [filter] })))).name).toBe(
      'FilterLimitExceeded',
    );
  });
});

describe('wildcards', () => {
  it.each([
    ['*', '', true],
    ['web-*', 'web-1', true],
    ['web-?', 'web-12', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['a.c', 'abc', false],
    ['?', '', false],
  ])('%s against %j is %s', (pattern, value, expected) => {
    expect(matchesWildcard(pattern, value)).toBe(expected);
  });

  it('take no exponential time', () => {
    const started = performance.now();
    expect(matchesWildcard(`${'*a'.repeat(100)}b`, 'a'.repeat(255))).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('match every text that they were made from', () => {
    const parts = fc.array(fc.stringMatching(/^[a-z.]{0,4}$/u), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(parts, fc.stringMatching(/^[a-z.]{0,6}$/u), (texts, filling) => {
        expect(matchesWildcard(texts.join('*'), texts.join(filling))).toBe(true);
      }),
    );
  });
});
