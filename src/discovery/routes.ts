import type { Route, RouteTable } from '@aws-sdk/client-ec2';

/** How a packet's answer leaves a subnet for the internet. */
export type Way =
  | { readonly kind: 'gateway'; readonly internetGatewayId: string }
  /** Through an appliance whose rules EC2 does not know, such as AWS Network Firewall. */
  | { readonly kind: 'appliance'; readonly id: string }
  | { readonly kind: 'none' };

interface RouteSummary {
  readonly 4: Way;
  readonly 6: Way;
}

export interface VpcRoutes {
  /** The table of subnets that are associated with no other. */
  readonly main: RouteSummary | null;
  readonly bySubnet: ReadonlyMap<string, RouteSummary>;
}

/** Condenses the route tables of one VPC. */
export function summariseRoutes(tables: readonly RouteTable[]): VpcRoutes {
  let main: RouteSummary | null = null;
  const bySubnet = new Map<string, RouteSummary>();
  for (const table of tables) {
    const routes = table.Routes ?? [];
    const summary: RouteSummary = { 4: way(routes, 4), 6: way(routes, 6) };
    for (const association of table.Associations ?? []) {
      if (association.Main === true) main = summary;
      if (association.SubnetId !== undefined && association.SubnetId !== '') {
        bySubnet.set(association.SubnetId, summary);
      }
    }
  }
  return { main, bySubnet };
}

/**
 * The default route decides; where it leads elsewhere, a route of part of the internet (0.0.0.0/1, a prefix list) to
 * an internet gateway still lets that part in. An egress-only gateway (`eigw-…`) and a NAT gateway let nothing in, and
 * EC2 shows them in fields of their own.
 */
function way(routes: readonly Route[], family: 4 | 6): Way {
  const open = routes.filter((route) => route.State !== 'blackhole' && concerns(route, family));
  const isDefault = (route: Route): boolean =>
    destination(route, family) === (family === 4 ? '0.0.0.0/0' : '::/0');
  const gateway = (route: Route): boolean => route.GatewayId?.startsWith('igw-') === true;
  const byGateway = open.find((route) => isDefault(route) && gateway(route)) ?? open.find(gateway);
  if (byGateway?.GatewayId !== undefined) return { kind: 'gateway', internetGatewayId: byGateway.GatewayId };
  const appliance = open.find((route) => isDefault(route) && route.GatewayId?.startsWith('vpce-') === true);
  return appliance?.GatewayId === undefined
    ? { kind: 'none' }
    : { kind: 'appliance', id: appliance.GatewayId };
}

function destination(route: Route, family: 4 | 6): string | undefined {
  return family === 4 ? route.DestinationCidrBlock : route.DestinationIpv6CidrBlock;
}

function concerns(route: Route, family: 4 | 6): boolean {
  return (destination(route, family) ?? '') !== '' || (route.DestinationPrefixListId ?? '') !== '';
}
