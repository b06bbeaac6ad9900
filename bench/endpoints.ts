import { endpointId } from '../src/domain/endpoint.ts';
import type { Endpoint } from '../src/domain/endpoint.ts';

export const accountId = '111122223333';
export const region = 'eu-central-1';
/** The one port at which the benchmark's endpoints let the internet in; no catalogue has it. */
export const openPort = 40_000;
export const vpcId = 'vpc-0000000000000000a';
export const subnetId = 'subnet-0000000000000000a';
export const networkAclId = 'acl-0000000000000000a';
export const internetGatewayId = 'igw-0000000000000000a';

/** Instances that share a security group. */
const INSTANCES_PER_GROUP = 10;

export function hex(prefix: string, number: number): string {
  return `${prefix}-${number.toString(16).padStart(17, '0')}`;
}

/** Public and private address of the `number`th instance; never dialled. */
export function addressesOf(number: number): { address: string; privateAddress: string } {
  const rest = `${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  return { address: `52.${rest}`, privateAddress: `10.${rest}` };
}

export function groupOf(number: number): number {
  return Math.floor(number / INSTANCES_PER_GROUP);
}

export function tagsOf(number: number): Record<string, string> {
  return {
    Name: `web-${number}`,
    Environment: 'production',
    Owner: `team-${number % 40}`,
    CostCentre: `cc-${number % 300}`,
    'aws:autoscaling:groupName': `group-${groupOf(number)}`,
  };
}

/** The `number`th endpoint, as discovery makes it of the synthetic EC2's answers. */
export function makeEndpoint(number: number): Endpoint {
  const securityGroupId = hex('sg', groupOf(number));
  const parts = {
    accountId,
    region,
    networkInterfaceId: hex('eni', number),
    ...addressesOf(number),
  };
  return {
    ...parts,
    id: endpointId(parts),
    partition: 'aws',
    family: 4,
    vpcId,
    subnetId,
    securityGroupIds: [securityGroupId],
    interfaceType: 'interface',
    requesterManaged: false,
    instanceId: hex('i', number),
    instanceType: 'm7g.large',
    instanceState: 'running',
    tags: tagsOf(number),
    exposure: {
      state: 'known',
      rules: [
        {
          securityGroupId,
          securityGroupRuleId: hex('sgr', groupOf(number)),
          transport: 'tcp',
          fromPort: openPort,
          toPort: openPort,
          source: '0.0.0.0/0',
        },
      ],
      networkAclId,
      networkAclEntries: [
        {
          ruleNumber: 100,
          allow: true,
          transport: 'tcp',
          fromPort: 0,
          toPort: 65_535,
          source: '0.0.0.0/0',
        },
      ],
      internetGatewayId,
    },
  };
}
