import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';

export interface MotoInstanceSpec {
  /** Becomes the Elastic IP: moto gives out the very address that it is asked for, one of 127.0.0.0/8 too. */
  readonly address: string;
  readonly tags?: Readonly<Record<string, string>>;
}

interface MotoInstance {
  readonly address: string;
  readonly instanceId: string;
  readonly networkInterfaceId: string;
}

export interface MotoEstate {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly securityGroupId: string;
  readonly instances: readonly MotoInstance[];
}

/**
 * Makes a VPC with a way to the internet on moto, one security group that lets the whole internet in to the given TCP
 * ports, and instances with the given public addresses.
 */
export async function createMotoEstate(
  ec2: EC2Client,
  {
    ports,
    instances,
  }: { readonly ports: readonly number[]; readonly instances: readonly MotoInstanceSpec[] },
): Promise<MotoEstate> {
  const network = await createNetwork(ec2, ports);
  const made: MotoInstance[] = [];
  for (const spec of instances) made.push(await createInstance(ec2, network, spec));
  return { ...network, instances: made };
}

async function createNetwork(
  ec2: EC2Client,
  ports: readonly number[],
): Promise<Omit<MotoEstate, 'instances'>> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const vpcId = known(Vpc?.VpcId);
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.9.1.0/24' }));
  const subnetId = known(Subnet?.SubnetId);
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const gatewayId = known(InternetGateway?.InternetGatewayId);
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: gatewayId, VpcId: vpcId }));
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
  const routeTableId = known(RouteTable?.RouteTableId);
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: routeTableId,
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: gatewayId,
    }),
  );
  await ec2.send(new AssociateRouteTableCommand({ RouteTableId: routeTableId, SubnetId: subnetId }));
  const group = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'public', Description: 'public', VpcId: vpcId }),
  );
  const securityGroupId = known(group.GroupId);
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: securityGroupId,
      IpPermissions: ports.map((port) => ({
        IpProtocol: 'tcp',
        FromPort: port,
        ToPort: port,
        IpRanges: [{ CidrIp: '0.0.0.0/0' }],
      })),
    }),
  );
  return { vpcId, subnetId, securityGroupId };
}

async function createInstance(
  ec2: EC2Client,
  { subnetId, securityGroupId }: Omit<MotoEstate, 'instances'>,
  { address, tags = {} }: MotoInstanceSpec,
): Promise<MotoInstance> {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnetId,
      SecurityGroupIds: [securityGroupId],
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: Object.entries({ Name: 'moto', ...tags }).map(([Key, Value]) => ({ Key, Value })),
        },
      ],
    }),
  );
  const instanceId = known(Instances?.[0]?.InstanceId);
  const networkInterfaceId = known(Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId);
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc', Address: address }));
  await ec2.send(
    new AssociateAddressCommand({
      AllocationId: known(AllocationId),
      NetworkInterfaceId: networkInterfaceId,
    }),
  );
  return { address, instanceId, networkInterfaceId };
}

function known(id: string | undefined): string {
  if (id === undefined) throw new Error('moto made something without saying its id');
  return id;
}
