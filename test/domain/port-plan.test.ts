import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import type { Exposure, InboundRule } from '../../src/domain/exposure.ts';
import { planPorts } from '../../src/domain/port-plan.ts';
import type { PortEntry, Profile } from '../../src/domain/profile.ts';

const catalogue: PortEntry[] = [22, 80, 443, 6379].map((port) => ({
  port,
  transport: 'tcp',
  service: `service ${port}`,
  probes: [],
}));
const profile: Profile = {
  id: 'standard',
  sweep: [22, 443],
  expandRangesUpTo: 16,
  probesOnUnknownPorts: [],
  connectTimeoutMs: 1000,
  probeDeadlineMs: 5000,
  greetingWaitMs: 300,
  guessDeadlineMs: 2000,
  datagramWaitMs: 300,
  namesPerPort: 4,
  socketsPerHost: 8,
  connectionsPerSecondPerHost: 50,
  endpointsAtOnce: 10,
};
function rule(
  fromPort: number,
  toPort: number,
  source = '0.0.0.0/0',
  transport: InboundRule['transport'] = 'tcp',
): InboundRule {
  return {
    securityGroupId: 'sg-1',
    securityGroupRuleId: 'sgr-1',
    transport,
    fromPort,
    toPort,
    source,
  };
}
function exposure(rules: InboundRule[], internetGatewayId: string | null = 'igw-1'): Exposure {
  return { state: 'known', rules, networkAclId: null, networkAclEntries: [], internetGatewayId };
}
function ports(given: Exposure, portsWithOpenFindings: { transport: 'tcp'; port: number }[] = []): number[] {
  const endpoint = { family: 4, exposure: given } as Endpoint;
  return planPorts({ endpoint, profile, catalogue, portsWithOpenFindings }).map(({ port }) => port);
}

describe('planPorts', () => {
  it('puts exposed ports first and ends with the sweep, each port once', () => {
    expect(ports(exposure([rule(8443, 8443), rule(443, 443)]))).toEqual([8443, 443, 22]);
  });
  it('expands a narrow range and takes only catalogued ports from a wide one', () => {
    expect(ports(exposure([rule(9000, 9003)]))).toEqual([9000, 9001, 9002, 9003, 22, 443]);
    expect(ports(exposure([rule(0, 65_535)]))).toEqual([22, 80, 443, 6379]);
  });
  it('takes no port 0, at which nothing can listen', () => {
    expect(ports(exposure([rule(0, 2)]))).toEqual([1, 2, 22, 443]);
    expect(ports(exposure([rule(0, 0)]))).toEqual([22, 443]);
  });
  it('asks over UDP only what there is a probe for, and what a rule opens on purpose', () => {
    const datagrams: PortEntry[] = [
      { port: 161, transport: 'udp', service: 'snmp', probes: ['snmp'] },
      { port: 500, transport: 'udp', service: 'ike', probes: [] },
    ];
    const plan = (given: Exposure): string[] =>
      planPorts({
        endpoint: { family: 4, exposure: given } as Endpoint,
        profile: { ...profile, sweep: [] },
        catalogue: [...catalogue, ...datagrams],
        portsWithOpenFindings: [],
      }).map(({ transport, port }) => `${transport}/${port}`);
    const udp = (fromPort: number, toPort: number) => rule(fromPort, toPort, '0.0.0.0/0', 'udp');
    expect(plan(exposure([udp(0, 65_535)]))).toEqual(['udp/161']);
    expect(plan(exposure([udp(4500, 4501)]))).toEqual(['udp/4500', 'udp/4501']);
    expect(plan(exposure([udp(10_000, 20_000)]))).toEqual([]);
    expect(plan({ state: 'unknown', reason: 'denied' })).toEqual([
      'tcp/22',
      'tcp/80',
      'tcp/443',
      'tcp/6379',
      'udp/161',
    ]);
  });
  it('does not take a port that a missing route closes', () => {
    expect(ports(exposure([rule(8443, 8443)], null))).toEqual([22, 443]);
  });
  it('does not take a rule of the other address family', () => {
    expect(ports(exposure([rule(8443, 8443, '::/0')]))).toEqual([22, 443]);
  });
  it('always looks again at ports with open findings', () => {
    expect(ports(exposure([]), [{ transport: 'tcp', port: 6379 }])).toEqual([6379, 22, 443]);
  });
  it('falls back to the catalogue when the exposure is unknown', () => {
    expect(ports({ state: 'unknown', reason: 'denied' })).toEqual([22, 80, 443, 6379]);
  });
});
