/** The transport of a port; a port number means nothing without it. */
export type Transport = 'tcp' | 'udp';

/** One security-group rule that lets some source in, already narrowed to one source and one transport. */
export interface InboundRule {
  readonly securityGroupId: string;
  readonly securityGroupRuleId: string;
  readonly transport: Transport;
  readonly fromPort: number;
  readonly toPort: number;
  /** A CIDR block. `0.0.0.0/0` and `::/0` are the whole internet. */
  readonly source: string;
}

/** One entry of a network ACL, inbound, in the order of `ruleNumber`: the first that matches decides. */
export interface NetworkAclEntry {
  readonly ruleNumber: number;
  readonly allow: boolean;
  readonly transport: Transport;
  readonly fromPort: number;
  readonly toPort: number;
  readonly source: string;
}

/** What the control plane says the internet can reach at an endpoint. */
export type Exposure =
  | {
      readonly state: 'known';
      /** Rules whose source is a public address range; rules that name only private ranges or groups are left out. */
      readonly rules: readonly InboundRule[];
      readonly networkAclId: string | null;
      readonly networkAclEntries: readonly NetworkAclEntry[];
      /** The internet gateway that the subnet's route table leads to, or null when there is no such route. */
      readonly internetGatewayId: string | null;
    }
  | { readonly state: 'unknown'; readonly reason: string };

/** The control plane's word on one port. */
export interface Reachability {
  /**
   * `allowed`: from anywhere. `restricted`: only from some public ranges. `blocked`: by no rule, by the network
   * ACL or for want of a route. `unknown`: the control plane could not be read.
   */
  readonly verdict: 'allowed' | 'restricted' | 'blocked' | 'unknown';
  /** The rule that lets the traffic in; null unless allowed or restricted. */
  readonly rule: InboundRule | null;
  readonly reason: string;
}

const WORLD = new Set(['0.0.0.0/0', '::/0']);

/** Joins a port with an endpoint's exposure. Pure; `family` picks the rules that can apply to the address. */
export function reachability(
  exposure: Exposure,
  family: 4 | 6,
  transport: Transport,
  port: number,
): Reachability {
  if (exposure.state === 'unknown') {
    return { verdict: 'unknown', rule: null, reason: exposure.reason };
  }
  if (exposure.internetGatewayId === null) {
    return { verdict: 'blocked', rule: null, reason: 'no route from an internet gateway to the subnet' };
  }
  const rules = exposure.rules.filter(
    (rule) =>
      rule.transport === transport &&
      rule.fromPort <= port &&
      port <= rule.toPort &&
      familyOf(rule.source) === family,
  );
  const rule = rules.find(({ source }) => WORLD.has(source)) ?? rules[0];
  if (rule === undefined) {
    return {
      verdict: 'blocked',
      rule: null,
      reason: 'no security-group rule lets the internet in at this port',
    };
  }
  const entry = exposure.networkAclEntries.find(
    (candidate) =>
      candidate.transport === transport &&
      candidate.fromPort <= port &&
      port <= candidate.toPort &&
      (WORLD.has(candidate.source) || candidate.source === rule.source) &&
      familyOf(candidate.source) === family,
  );
  if (exposure.networkAclId !== null && entry?.allow !== true) {
    const which = entry === undefined ? 'has no entry for it' : `denies it in rule ${entry.ruleNumber}`;
    return { verdict: 'blocked', rule: null, reason: `network ACL ${exposure.networkAclId} ${which}` };
  }
  return WORLD.has(rule.source)
    ? {
        verdict: 'allowed',
        rule,
        reason: `${rule.securityGroupRuleId} of ${rule.securityGroupId} allows ${rule.source}`,
      }
    : {
        verdict: 'restricted',
        rule,
        reason: `${rule.securityGroupRuleId} of ${rule.securityGroupId} allows only ${rule.source}`,
      };
}

function familyOf(cidr: string): 4 | 6 {
  return cidr.includes(':') ? 6 : 4;
}
