import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRegionsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  GetManagedPrefixListEntriesCommand,
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { addInstance } from '../../../src/sandbox/aws/build-instance.ts';
import { refusal, sendRaw, setUp, type Setup } from './support/clients.ts';

function twelve(region: Setup['region']): string[] {
  return Array.from(
    { length: 12 },
    (_, index) => addInstance(region, { publicAddress: `203.0.113.${index + 1}` }).instance.instanceId,
  );
}

describe('pages', () => {
  it('cover everything once, in pages of the size asked for', async () => {
    const { ec2, region } = await setUp();
    const ids = twelve(region);
    const sizes: number[] = [];
    const found: (string | undefined)[] = [];
    for await (const { Reservations: page = [] } of paginateDescribeInstances(
      { client: ec2, pageSize: 5 },
      {},
    )) {
      sizes.push(page.length);
      found.push(...page.flatMap(({ Instances: each = [] }) => each.map(({ InstanceId }) => InstanceId)));
    }
    expect(sizes).toEqual([5, 5, 2]);
    expect(found).toHaveLength(ids.length);
    expect(new Set(found)).toEqual(new Set(ids));
  });

  it('keep to the filter', async () => {
    const { ec2, region } = await setUp();
    twelve(region);
    const filter = {
      Name: 'addresses.association.public-ip',
      Values: ['203.0.113.1?', '203.0.113.[1-9]', '203.0.113.9'],
    };
    let found = 0;
    for await (const page of paginateDescribeNetworkInterfaces(
      { client: ec2, pageSize: 5 },
      { Filters: [filter] },
    )) {
      found += page.NetworkInterfaces?.length ?? 0;
    }
    expect(found).toBe(4);
  });

  it('do not skip what is there when something on an earlier page goes away', async () => {
    const { ec2, region } = await setUp();
    const ids = twelve(region).toSorted();
    const first = await ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
    region.instances.delete(ids[0] ?? '');
    const second = await ec2.send(
      new DescribeInstancesCommand({ MaxResults: 5, NextToken: first.NextToken }),
    );
    expect(second.Reservations?.[0]?.Instances?.[0]?.InstanceId).toBe(ids[5]);
  });

  it('are not made when MaxResults is not given', async () => {
    const { ec2, region } = await setUp();
    twelve(region);
    const all = await ec2.send(new DescribeInstancesCommand({}));
    expect(all.Reservations).toHaveLength(12);
    expect(all.NextToken).toBeUndefined();
  });

  it('are not continued with a token that was made up', async () => {
    const { ec2 } = await setUp();
    expect(
      await refusal(
        ec2.send(new DescribeInstancesCommand({ MaxResults: 5, NextToken: 'bm90IG91cnMgYXQgYWxsLCBubw' })),
      ),
    ).toMatchObject({ name: 'InvalidNextToken', status: 400 });
  });

  it('are not continued with another action’s token', async () => {
    const { ec2, region } = await setUp();
    twelve(region);
    const { NextToken: token } = await ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
    expect(
      (await refusal(ec2.send(new DescribeNetworkInterfacesCommand({ MaxResults: 5, NextToken: token }))))
        .name,
    ).toBe('InvalidNextToken');
  });

  it.each([
    ['DescribeInstances', 1000, (size: number) => new DescribeInstancesCommand({ MaxResults: size })],
    [
      'DescribeNetworkInterfaces',
      1000,
      (size: number) => new DescribeNetworkInterfacesCommand({ MaxResults: size }),
    ],
    [
      'DescribeSecurityGroupRules',
      1000,
      (size: number) => new DescribeSecurityGroupRulesCommand({ MaxResults: size }),
    ],
    ['DescribeSubnets', 1000, (size: number) => new DescribeSubnetsCommand({ MaxResults: size })],
    ['DescribeRouteTables', 100, (size: number) => new DescribeRouteTablesCommand({ MaxResults: size })],
    ['DescribeNetworkAcls', 1000, (size: number) => new DescribeNetworkAclsCommand({ MaxResults: size })],
    [
      'DescribeInternetGateways',
      1000,
      (size: number) => new DescribeInternetGatewaysCommand({ MaxResults: size }),
    ],
  ])('of %s are of 5 to %d items', async (_action, most, command) => {
    const { ec2 } = await setUp();
    // The commands differ in their inputs only.
    const send = (size: number): Promise<unknown> => ec2.send(command(size) as DescribeInstancesCommand);
    await send(5);
    await send(most);
    expect(await refusal(send(4))).toMatchObject({ name: 'InvalidParameterValue', status: 400 });
    expect(await refusal(send(most + 1))).toMatchObject({ name: 'InvalidParameterValue', status: 400 });
  });

  it('do not go with ids', async () => {
    const { ec2, region } = await setUp();
    const [id = ''] = twelve(region);
    expect(
      (await refusal(ec2.send(new DescribeInstancesCommand({ InstanceIds: [id], MaxResults: 5 })))).name,
    ).toBe('InvalidParameterCombination');
  });

  it('do not exist for DescribeAddresses', async () => {
    const { aws } = await setUp();
    const { text } = await sendRaw(aws, { body: 'Action=DescribeAddresses&Version=2016-11-15&MaxResults=5' });
    expect(text).toContain('<Code>UnknownParameter</Code>');
  });
});

describe('ids', () => {
  it('pick exactly what they name', async () => {
    const { ec2, region } = await setUp();
    const [first = '', second = ''] = twelve(region);
    const { Reservations: found = [] } = await ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [second, first] }),
    );
    expect(found).toHaveLength(2);
    expect(new Set(found.map(({ Instances: [each] = [] }) => each?.InstanceId))).toEqual(
      new Set([first, second]),
    );
  });

  it.each([
    ['InvalidInstanceID.NotFound', new DescribeInstancesCommand({ InstanceIds: ['i-0ffffffffffffffff'] })],
    [
      'InvalidNetworkInterfaceID.NotFound',
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-0ffffffffffffffff'] }),
    ],
    [
      'InvalidAllocationID.NotFound',
      new DescribeAddressesCommand({ AllocationIds: ['eipalloc-0ffffffffffffffff'] }),
    ],
    ['InvalidAddress.NotFound', new DescribeAddressesCommand({ PublicIps: ['198.51.100.1'] })],
    [
      'InvalidSecurityGroupRuleId.NotFound',
      new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: ['sgr-0ffffffffffffffff'] }),
    ],
    ['InvalidSubnetID.NotFound', new DescribeSubnetsCommand({ SubnetIds: ['subnet-0ffffffffffffffff'] })],
    [
      'InvalidRouteTableID.NotFound',
      new DescribeRouteTablesCommand({ RouteTableIds: ['rtb-0ffffffffffffffff'] }),
    ],
    [
      'InvalidNetworkAclID.NotFound',
      new DescribeNetworkAclsCommand({ NetworkAclIds: ['acl-0ffffffffffffffff'] }),
    ],
    [
      'InvalidInternetGatewayID.NotFound',
      new DescribeInternetGatewaysCommand({ InternetGatewayIds: ['igw-0ffffffffffffffff'] }),
    ],
    [
      'InvalidPrefixListID.NotFound',
      new GetManagedPrefixListEntriesCommand({ PrefixListId: 'pl-0ffffffffffffffff' }),
    ],
    ['InvalidInstanceID.Malformed', new DescribeInstancesCommand({ InstanceIds: ['web-1'] })],
    ['InvalidParameterValue', new DescribeRegionsCommand({ RegionNames: ['mars-north-1'] })],
  ])('that are wrong give %s', async (code, command) => {
    const { ec2 } = await setUp();
    // The commands differ in their inputs only.
    expect(await refusal(ec2.send(command as DescribeInstancesCommand))).toMatchObject({
      name: code,
      status: 400,
    });
  });
});

describe('actions and parameters', () => {
  it('that EC2 does not have are refused by name', async () => {
    const { aws } = await setUp();
    const action = await sendRaw(aws, { body: 'Action=TerminateEverything&Version=2016-11-15' });
    expect(action.status).toBe(400);
    expect(action.text).toContain('<Code>InvalidAction</Code>');
    expect(action.text).toContain('TerminateEverything');
    const parameter = await sendRaw(aws, {
      body: 'Action=DescribeInstances&Version=2016-11-15&Fliter.1.Name=x',
    });
    expect(parameter.text).toContain('<Code>UnknownParameter</Code>');
    expect(parameter.text).toContain('Fliter.1.Name');
  });

  it('are those of one version of the API', async () => {
    const { aws } = await setUp();
    expect((await sendRaw(aws, { body: 'Action=DescribeRegions&Version=2010-01-01' })).text).toContain(
      '<Code>NoSuchVersion</Code>',
    );
    expect((await sendRaw(aws, { body: 'Action=DescribeRegions' })).text).toContain(
      '<Code>MissingParameter</Code>',
    );
  });

  it('are quoted in errors without becoming markup', async () => {
    const { aws } = await setUp();
    const { text } = await sendRaw(aws, {
      body: `Version=2016-11-15&Action=${encodeURIComponent('<Code>x</Code>&')}`,
    });
    expect(text).toContain('&lt;Code&gt;x&lt;/Code&gt;&amp;');
  });

  it('can be tried out with DryRun', async () => {
    const { ec2 } = await setUp();
    expect(await refusal(ec2.send(new DescribeInstancesCommand({ DryRun: true })))).toMatchObject({
      name: 'DryRunOperation',
      status: 412,
    });
  });
});
