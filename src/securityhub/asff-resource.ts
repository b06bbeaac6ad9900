import type { AwsEc2InstanceDetails, Partition, Resource } from '@aws-sdk/client-securityhub';
import type { FindingContent } from '../domain/finding.ts';
import { limits, tagText } from './limits.ts';
import { cleanText } from './text.ts';

type SeenEndpoint = FindingContent['endpoint'];

/**
 * Partitions as the format spells them. Those that it does not know (aws-eusc, the newer isolated ones) are left out:
 * the field is optional and the resource's ARN says it anyway.
 */
const PARTITIONS: Readonly<Record<string, Partition>> = {
  aws: 'aws',
  'aws-cn': 'aws-cn',
  'aws-us-gov': 'aws-us-gov',
  'aws-iso': 'aws-us-iso',
  'aws-iso-b': 'aws-us-iso-b',
};

/** The one resource that a finding is about: the instance, or the network interface when no instance holds it. */
export function asffResource(endpoint: SeenEndpoint, partition: string): Resource {
  const known = PARTITIONS[partition];
  const tags = asffTags(endpoint.tags);
  const common = {
    ...(known === undefined ? {} : { Partition: known }),
    Region: endpoint.region,
    ...(tags === undefined ? {} : { Tags: tags }),
  };
  const arn = `arn:${partition}:ec2:${endpoint.region}:${endpoint.accountId}`;
  if (endpoint.instanceId === null) {
    return {
      Type: 'AwsEc2NetworkInterface',
      Id: `${arn}:network-interface/${endpoint.networkInterfaceId}`,
      ...common,
      Details: {
        AwsEc2NetworkInterface: {
          NetworkInterfaceId: endpoint.networkInterfaceId,
          ...(endpoint.securityGroupIds.length === 0
            ? {}
            : { SecurityGroups: endpoint.securityGroupIds.map((id) => ({ GroupId: id })) }),
          ...(endpoint.family === 6
            ? { IpV6Addresses: [{ IpV6Address: endpoint.address }] }
            : { PublicIp: endpoint.address }),
          ...(endpoint.privateAddress === null
            ? {}
            : { PrivateIpAddresses: [{ PrivateIpAddress: endpoint.privateAddress }] }),
        },
      },
    };
  }
  return {
    Type: 'AwsEc2Instance',
    Id: `${arn}:instance/${endpoint.instanceId}`,
    ...common,
    Details: { AwsEc2Instance: instanceDetails(endpoint) },
  };
}

function instanceDetails(endpoint: SeenEndpoint): AwsEc2InstanceDetails {
  const { instanceType, address, privateAddress, vpcId, subnetId } = endpoint;
  return {
    ...(instanceType === null ? {} : { Type: instanceType }),
    ...(endpoint.family === 6
      ? { IpV6Addresses: [address] }
      : { IpV4Addresses: privateAddress === null ? [address] : [address, privateAddress] }),
    ...(vpcId === '' ? {} : { VpcId: vpcId }),
    ...(subnetId === '' ? {} : { SubnetId: subnetId }),
  };
}

/**
 * Tags in the characters that the format takes; undefined when none is left, because an empty map is refused. A value
 * has what does not fit replaced by `_`; a key that does not fit is left out, since another key would be another tag.
 */
function asffTags(tags: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const entries = Object.entries(tags)
    .filter(([key]) => key.trim() !== '' && key.length <= limits.tagKey && tagText.test(key))
    // EC2 takes such a key, but no JavaScript on the way to the wire can be trusted with it.
    .filter(([key]) => key !== '__proto__')
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .slice(0, limits.tags)
    .map(([key, value]) => [key, tagValue(value)] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function tagValue(value: string): string {
  return cleanText(value)
    .replaceAll(/[^A-Za-z0-9 .:+=@_/-]/gu, '_')
    .slice(0, limits.tagValue);
}
