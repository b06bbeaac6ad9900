import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeManagedPrefixListsCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRegionsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  GetManagedPrefixListEntriesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { addInstance } from '../../../src/sandbox/aws/build-instance.ts';
import {
  addNetworkInterface,
  addPrefixList,
  addSecurityGroup,
} from '../../../src/sandbox/aws/build-network.ts';
import { addRegion, defaultSubnet } from '../../../src/sandbox/aws/create-estate.ts';
import { setUp } from './support/clients.ts';

describe('DescribeRegions', () => {
  it('lists enabled Regions, and the others only when asked for all', async () => {
    const { ec2, aws } = await setUp();
    const account = aws.estate.accounts.get('111122223333');
    if (account === undefined) throw new Error('no account');
    addRegion(account, 'eu-central-1');
    addRegion(account, 'af-south-1').optInStatus = 'not-opted-in';

    const enabled = await ec2.send(new DescribeRegionsCommand({}));
    const all = await ec2.send(new DescribeRegionsCommand({ AllRegions: true }));
    const filtered = await ec2.send(
      new DescribeRegionsCommand({ Filters: [{ Name: 'region-name', Values: ['eu-*'] }] }),
    );

    expect(enabled.Regions?.map(({ RegionName }) => RegionName)).toEqual(['eu-central-1', 'us-east-1']);
    expect(all.Regions?.[0]).toEqual({
      RegionName: 'af-south-1',
      Endpoint: 'ec2.af-south-1.amazonaws.com',
      OptInStatus: 'not-opted-in',
    });
    expect(filtered.Regions).toHaveLength(1);
  });
});

describe('DescribeNetworkInterfaces', () => {
  it('shows addresses, groups, attachment and tags', async () => {
    const { ec2, region } = await setUp();
    const built = addInstance(region, {
      publicAddress: '203.0.113.7',
      ipv6Addresses: ['2001:db8:1234:1a00::7'],
      ingress: [{ port: 22 }],
    });
    built.networkInterface.tags['Name'] = 'a <b> & "c"';
    built.networkInterface.privateAddresses.push({
      address: '172.31.0.200',
      association: {
        publicIp: '203.0.113.8',
        carrierIp: null,
        customerOwnedIp: null,
        allocationId: null,
        associationId: null,
        ipOwnerId: 'amazon',
      },
    });

    const { NetworkInterfaces: listed } = await ec2.send(new DescribeNetworkInterfacesCommand({}));

    expect(listed).toHaveLength(1);
    expect(listed?.[0]).toMatchObject({
      NetworkInterfaceId: built.networkInterface.networkInterfaceId,
      InterfaceType: 'interface',
      RequesterManaged: false,
      DenyAllIgwTraffic: false,
      OwnerId: '111122223333',
      Status: 'in-use',
      SubnetId: defaultSubnet(region).subnetId,
      VpcId: defaultSubnet(region).vpcId,
      AvailabilityZone: 'us-east-1a',
      Association: { PublicIp: '203.0.113.7', IpOwnerId: 'amazon' },
      Attachment: { InstanceId: built.instance.instanceId, DeviceIndex: 0, Status: 'attached' },
      Groups: [{ GroupId: built.securityGroup.groupId, GroupName: 'group-1' }],
      Ipv6Addresses: [{ Ipv6Address: '2001:db8:1234:1a00::7' }],
      PrivateIpAddresses: [
        { Primary: true, Association: { PublicIp: '203.0.113.7' } },
        { Primary: false, PrivateIpAddress: '172.31.0.200', Association: { PublicIp: '203.0.113.8' } },
      ],
      TagSet: [{ Key: 'Name', Value: 'a <b> & "c"' }],
    });
    expect(listed?.[0]?.Attachment?.AttachTime).toEqual(new Date('2026-01-01T00:00:00.000Z'));
  });

  it('shows AWS’s own interfaces as such, and carrier addresses apart from public ones', async () => {
    const { ec2, region } = await setUp();
    const made = addNetworkInterface(region, { interfaceType: 'nat_gateway', requesterManaged: true });
    made.privateAddresses[0] = {
      address: '172.31.0.9',
      association: {
        publicIp: null,
        carrierIp: '198.51.100.3',
        customerOwnedIp: null,
        allocationId: null,
        associationId: null,
        ipOwnerId: 'amazon',
      },
    };
    const { NetworkInterfaces: [listed] = [] } = await ec2.send(new DescribeNetworkInterfacesCommand({}));
    expect(listed).toMatchObject({
      InterfaceType: 'nat_gateway',
      RequesterManaged: true,
      RequesterId: 'amazon-aws',
      Status: 'available',
    });
    expect(listed?.PrivateIpAddresses?.[0]?.Association?.CarrierIp).toBe('198.51.100.3');
    expect(listed?.PrivateIpAddresses?.[0]?.Association?.PublicIp).toBeUndefined();
    expect(listed?.Attachment).toBeUndefined();
  });
});

describe('DescribeInstances', () => {
  it('shows state, type, addresses and tags', async () => {
    const { ec2, region } = await setUp();
    const { instance, networkInterface } = addInstance(region, {
      publicAddress: '203.0.113.7',
      instanceType: 't4g.nano',
      tags: { Name: 'web', team: 'café' },
    });
    const { Reservations: [reservation] = [] } = await ec2.send(new DescribeInstancesCommand({}));
    expect(reservation).toMatchObject({ OwnerId: '111122223333', ReservationId: instance.reservationId });
    expect(reservation?.Instances).toHaveLength(1);
    expect(reservation?.Instances?.[0]).toMatchObject({
      InstanceId: instance.instanceId,
      InstanceType: 't4g.nano',
      State: { Code: 16, Name: 'running' },
      PublicIpAddress: '203.0.113.7',
      PrivateIpAddress: networkInterface.privateAddresses[0]?.address,
      VpcId: networkInterface.vpcId,
      Placement: { AvailabilityZone: 'us-east-1a' },
      LaunchTime: new Date('2026-01-01T00:00:00.000Z'),
      NetworkInterfaces: [
        {
          NetworkInterfaceId: networkInterface.networkInterfaceId,
          Association: { PublicIp: '203.0.113.7' },
          Attachment: { DeviceIndex: 0 },
        },
      ],
      Tags: [
        { Key: 'Name', Value: 'web' },
        { Key: 'team', Value: 'café' },
      ],
    });
  });
});

describe('DescribeAddresses', () => {
  it('shows what an Elastic IP address is associated with', async () => {
    const { ec2, region } = await setUp();
    const { instance, networkInterface } = addInstance(region, {
      publicAddress: '203.0.113.7',
      elastic: true,
    });
    const { Addresses: [address] = [] } = await ec2.send(new DescribeAddressesCommand({}));
    expect(address).toMatchObject({
      PublicIp: '203.0.113.7',
      InstanceId: instance.instanceId,
      NetworkInterfaceId: networkInterface.networkInterfaceId,
      PrivateIpAddress: networkInterface.privateAddresses[0]?.address,
      Domain: 'vpc',
      AssociationId: networkInterface.privateAddresses[0]?.association?.associationId,
    });
  });

  it('does not show automatic addresses', async () => {
    const { ec2, region } = await setUp();
    addInstance(region, { publicAddress: '203.0.113.7' });
    expect((await ec2.send(new DescribeAddressesCommand({}))).Addresses).toEqual([]);
  });
});

describe('DescribeSecurityGroupRules', () => {
  it('shows every kind of source', async () => {
    const { ec2, region } = await setUp();
    const list = addPrefixList(region, 'offices', ['198.51.100.0/24']);
    const peer = addSecurityGroup(region, []);
    const { groupId } = addSecurityGroup(region, [
      { port: 22, description: 'ssh' },
      { port: [8000, 8999], source: '::/0' },
      { protocol: '-1', source: list.prefixListId },
      { protocol: 'udp', port: 53, source: peer.groupId },
    ]);
    const { SecurityGroupRules: rules = [] } = await ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
    );
    const inbound = rules.filter(({ IsEgress }) => IsEgress === false);
    expect(rules).toHaveLength(5);
    expect(inbound).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          IpProtocol: 'tcp',
          FromPort: 22,
          ToPort: 22,
          CidrIpv4: '0.0.0.0/0',
          Description: 'ssh',
        }),
        expect.objectContaining({ FromPort: 8000, ToPort: 8999, CidrIpv6: '::/0' }),
        expect.objectContaining({
          IpProtocol: '-1',
          FromPort: -1,
          ToPort: -1,
          PrefixListId: list.prefixListId,
        }),
        expect.objectContaining({
          IpProtocol: 'udp',
          ReferencedGroupInfo: expect.objectContaining({ GroupId: peer.groupId }),
        }),
      ]),
    );
    expect(rules.find(({ IsEgress }) => IsEgress)).toMatchObject({ IpProtocol: '-1', CidrIpv4: '0.0.0.0/0' });
  });
});

describe('the default network', () => {
  it('has public subnets of both families', async () => {
    const { ec2 } = await setUp();
    const { Subnets: subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    expect(new Set(subnets.map(({ CidrBlock }) => CidrBlock))).toEqual(
      new Set(['172.31.0.0/20', '172.31.16.0/20']),
    );
    expect(subnets[0]).toMatchObject({ State: 'available', MapPublicIpOnLaunch: true, DefaultForAz: true });
    expect(subnets[0]?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlockState?.State).toBe('associated');
  });

  it('has a main route table that leads to the internet gateway', async () => {
    const { ec2 } = await setUp();
    const { RouteTables: [table] = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
    const { InternetGateways: [gateway] = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
    expect(table?.Associations).toMatchObject([{ Main: true, AssociationState: { State: 'associated' } }]);
    expect(table?.Associations?.[0]?.SubnetId).toBeUndefined();
    expect(table?.Routes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          DestinationCidrBlock: '172.31.0.0/16',
          GatewayId: 'local',
          State: 'active',
        }),
        expect.objectContaining({ DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway?.InternetGatewayId }),
        expect.objectContaining({ DestinationIpv6CidrBlock: '::/0', GatewayId: gateway?.InternetGatewayId }),
      ]),
    );
    expect(gateway?.Attachments).toEqual([{ State: 'available', VpcId: table?.VpcId }]);
  });

  it('tells an egress-only gateway from an internet gateway', async () => {
    const { ec2, region } = await setUp();
    const [table] = region.routeTables.values();
    table?.routes.splice(0, table.routes.length, {
      destination: '::/0',
      target: 'eigw-0123456789abcdef0',
      state: 'active',
    });
    const { RouteTables: [shown] = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
    expect(shown?.Routes).toMatchObject([{ EgressOnlyInternetGatewayId: 'eigw-0123456789abcdef0' }]);
    expect(shown?.Routes?.[0]?.GatewayId).toBeUndefined();
  });

  it('has a network ACL that lets everything through', async () => {
    const { ec2, region } = await setUp();
    const [acl] = region.networkAcls.values();
    acl?.entries.push({
      ruleNumber: 90,
      egress: false,
      allow: false,
      protocol: '6',
      cidr: '0.0.0.0/0',
      ports: { from: 23, to: 23 },
    });
    const { NetworkAcls: [shown] = [] } = await ec2.send(new DescribeNetworkAclsCommand({}));
    expect(shown?.IsDefault).toBe(true);
    expect(shown?.Associations).toHaveLength(2);
    expect(shown?.Entries).toEqual(
      expect.arrayContaining([
        {
          CidrBlock: '0.0.0.0/0',
          Egress: false,
          PortRange: { From: 23, To: 23 },
          Protocol: '6',
          RuleAction: 'deny',
          RuleNumber: 90,
        },
        { CidrBlock: '0.0.0.0/0', Egress: false, Protocol: '-1', RuleAction: 'allow', RuleNumber: 100 },
        { Ipv6CidrBlock: '::/0', Egress: false, Protocol: '-1', RuleAction: 'deny', RuleNumber: 32_768 },
      ]),
    );
  });
});

describe('managed prefix lists', () => {
  it('are listed with their entries, page by page', async () => {
    const { ec2, region } = await setUp();
    const cidrs = Array.from({ length: 250 }, (_, index) => `10.${index}.0.0/16`);
    const list = addPrefixList(region, 'partners', cidrs);
    const { PrefixLists: [shown] = [] } = await ec2.send(new DescribeManagedPrefixListsCommand({}));
    const found: (string | undefined)[] = [];
    let token: string | undefined;
    let calls = 0;
    do {
      const page = await ec2.send(
        new GetManagedPrefixListEntriesCommand({ PrefixListId: list.prefixListId, NextToken: token }),
      );
      found.push(...(page.Entries ?? []).map(({ Cidr }) => Cidr));
      token = page.NextToken;
      calls += 1;
    } while (token !== undefined);

    expect(shown).toMatchObject({ PrefixListName: 'partners', AddressFamily: 'IPv4', Version: 1 });
    expect(found).toEqual(cidrs);
    expect(calls).toBe(3);
  });
});

describe('another Region', () => {
  it('shows nothing of this one', async () => {
    const { ec2, aws } = await setUp();
    const account = aws.estate.accounts.get('111122223333');
    if (account === undefined) throw new Error('no account');
    addInstance(addRegion(account, 'eu-central-1'), { publicAddress: '203.0.113.7' });
    expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  });
});
