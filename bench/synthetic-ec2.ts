/**
 * An EC2 that makes up its answers: as many instances as it is told, in one Region, each with one public address. Its
 * pages cost the same wherever they are, unlike those of the sandbox, which keeps an estate that can be changed.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import {
  accountId,
  addressesOf,
  groupOf,
  hex,
  internetGatewayId,
  networkAclId,
  openPort,
  region,
  subnetId,
  tagsOf,
  vpcId,
} from './endpoints.ts';

export function createSyntheticEc2(instances: number): Server {
  return createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const parameters = new URLSearchParams(body);
      const action = parameters.get('Action') ?? '';
      const answer = answers[action]?.(parameters, instances);
      response.writeHead(answer === undefined ? 400 : 200, { 'content-type': 'text/xml;charset=UTF-8' });
      response.end(
        answer === undefined
          ? `<Response><Errors><Error><Code>InvalidAction</Code><Message>${action}</Message></Error></Errors></Response>`
          : `<?xml version="1.0" encoding="UTF-8"?><${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>0f00d</requestId>${answer}</${action}Response>`,
      );
    });
  });
}

const answers: Readonly<Record<string, (parameters: URLSearchParams, instances: number) => string>> = {
  DescribeRegions: () =>
    set('regionInfo', [
      `<regionName>${region}</regionName><regionEndpoint>ec2.${region}.amazonaws.com</regionEndpoint><optInStatus>opt-in-not-required</optInStatus>`,
    ]),

  DescribeNetworkInterfaces(parameters, instances) {
    const first = Number(parameters.get('NextToken') ?? 0);
    const next = Math.min(instances, first + Number(parameters.get('MaxResults') ?? 1000));
    const items = Array.from({ length: next - first }, (_, index) => networkInterface(first + index));
    return set('networkInterfaceSet', items) + (next < instances ? `<nextToken>${next}</nextToken>` : '');
  },

  DescribeInstances: (parameters) => set('reservationSet', numbersOf(parameters).map(reservation)),

  DescribeSecurityGroupRules: (parameters) =>
    set(
      'securityGroupRuleSet',
      numbersOf(parameters).map(
        (group) =>
          `<securityGroupRuleId>${hex('sgr', group)}</securityGroupRuleId><groupId>${hex('sg', group)}</groupId><groupOwnerId>${accountId}</groupOwnerId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>${openPort}</fromPort><toPort>${openPort}</toPort><cidrIpv4>0.0.0.0/0</cidrIpv4><tagSet/>`,
      ),
    ),

  DescribeRouteTables: () =>
    set('routeTableSet', [
      `<routeTableId>rtb-0000000000000000a</routeTableId><vpcId>${vpcId}</vpcId><ownerId>${accountId}</ownerId>` +
        set('routeSet', [
          `<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>${internetGatewayId}</gatewayId><state>active</state><origin>CreateRoute</origin>`,
        ]) +
        set('associationSet', ['<main>true</main><routeTableId>rtb-0000000000000000a</routeTableId>']),
    ]),

  DescribeNetworkAcls: () =>
    set('networkAclSet', [
      `<networkAclId>${networkAclId}</networkAclId><vpcId>${vpcId}</vpcId><default>true</default>` +
        set('entrySet', [
          '<ruleNumber>100</ruleNumber><protocol>-1</protocol><ruleAction>allow</ruleAction><egress>false</egress><cidrBlock>0.0.0.0/0</cidrBlock>',
          '<ruleNumber>32767</ruleNumber><protocol>-1</protocol><ruleAction>deny</ruleAction><egress>false</egress><cidrBlock>0.0.0.0/0</cidrBlock>',
        ]) +
        set('associationSet', [
          `<networkAclAssociationId>aclassoc-0000000000000000a</networkAclAssociationId><networkAclId>${networkAclId}</networkAclId><subnetId>${subnetId}</subnetId>`,
        ]),
    ]),
};

/** The numbers of the ids in the request's filter. */
function numbersOf(parameters: URLSearchParams): number[] {
  return [...parameters]
    .filter(([name]) => name.startsWith('Filter.1.Value.'))
    .map(([, id]) => Number.parseInt(id.slice(id.indexOf('-') + 1), 16));
}

function networkInterface(number: number): string {
  const { address, privateAddress } = addressesOf(number);
  const association = `<association><publicIp>${address}</publicIp><publicDnsName>ec2-${address.replaceAll('.', '-')}.${region}.compute.amazonaws.com</publicDnsName><ipOwnerId>amazon</ipOwnerId></association>`;
  return (
    `<networkInterfaceId>${hex('eni', number)}</networkInterfaceId><subnetId>${subnetId}</subnetId><vpcId>${vpcId}</vpcId><availabilityZone>${region}a</availabilityZone><description/><ownerId>${accountId}</ownerId><requesterManaged>false</requesterManaged><status>in-use</status><macAddress>02:00:00:00:00:01</macAddress><privateIpAddress>${privateAddress}</privateIpAddress><sourceDestCheck>true</sourceDestCheck><interfaceType>interface</interfaceType>` +
    set('groupSet', [
      `<groupId>${hex('sg', groupOf(number))}</groupId><groupName>group-${groupOf(number)}</groupName>`,
    ]) +
    `<attachment><attachmentId>${hex('eni-attach', number)}</attachmentId><instanceId>${hex('i', number)}</instanceId><instanceOwnerId>${accountId}</instanceOwnerId><deviceIndex>0</deviceIndex><status>attached</status><attachTime>2026-01-01T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></attachment>` +
    association +
    set('privateIpAddressesSet', [
      `<privateIpAddress>${privateAddress}</privateIpAddress><primary>true</primary>${association}`,
    ]) +
    '<ipv6AddressesSet/><tagSet/>'
  );
}

function reservation(number: number): string {
  const tags = Object.entries(tagsOf(number)).map(
    ([key, value]) => `<key>${key}</key><value>${value}</value>`,
  );
  const instance = `<instanceId>${hex('i', number)}</instanceId><imageId>ami-0abcdef1234567890</imageId><instanceState><code>16</code><name>running</name></instanceState><instanceType>m7g.large</instanceType><launchTime>2026-01-01T00:00:00.000Z</launchTime><vpcId>${vpcId}</vpcId><subnetId>${subnetId}</subnetId>${set('tagSet', tags)}`;
  return `<reservationId>${hex('r', number)}</reservationId><ownerId>${accountId}</ownerId><groupSet/>${set('instancesSet', [instance])}`;
}

function set(name: string, items: readonly string[]): string {
  return `<${name}>${items.map((item) => `<item>${item}</item>`).join('')}</${name}>`;
}
