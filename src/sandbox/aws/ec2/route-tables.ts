import type { SandboxRoute, SandboxRouteTable } from '../estate.ts';
import type { XmlNode } from '../xml.ts';
import { resourceId, tagSet, type Listing } from './describe.ts';

/** The main association has no subnet; the explicit ones have. */
function associations(
  item: SandboxRouteTable,
): readonly { id: string; main: boolean; subnetId: string | null }[] {
  const main = { id: `rtbassoc-${item.routeTableId.slice('rtb-'.length)}`, main: true, subnetId: null };
  return [
    ...(item.main ? [main] : []),
    ...item.associations.map(({ associationId, subnetId }) => ({ id: associationId, main: false, subnetId })),
  ];
}

export const routeTables: Listing<SandboxRouteTable> = {
  set: 'routeTableSet',
  items: (region) => region.routeTables.values(),
  key: (item) => item.routeTableId,
  ids: [
    resourceId(
      'RouteTableId',
      'rtb',
      { code: 'InvalidRouteTableID', noun: 'routeTable' },
      (item) => item.routeTableId,
    ),
  ],
  tagsOf: (item) => item.tags,
  paging: { min: 5, max: 100, idsExclude: false },
  filters: {
    'association.main': (item) => associations(item).map(({ main }) => String(main)),
    'association.subnet-id': (item) => associations(item).map(({ subnetId }) => subnetId),
    'association.route-table-association-id': (item) => associations(item).map(({ id }) => id),
    'association.route-table-id': (item) => associations(item).map(() => item.routeTableId),
    'route-table-id': (item) => [item.routeTableId],
    'route.destination-cidr-block': (item) =>
      item.routes.map(({ destination }) => (destination.includes('.') ? destination : null)),
    'route.destination-ipv6-cidr-block': (item) =>
      item.routes.map(({ destination }) => (destination.includes(':') ? destination : null)),
    'route.gateway-id': (item) =>
      item.routes.map((route) => (targetElement(route) === 'gatewayId' ? route.target : null)),
    'route.nat-gateway-id': (item) =>
      item.routes.map(({ target }) => (target.startsWith('nat-') ? target : null)),
    'route.state': (item) => item.routes.map(({ state }) => state),
    'vpc-id': (item) => [item.vpcId],
  },
  render: (item, region) => ({
    routeTableId: item.routeTableId,
    vpcId: item.vpcId,
    ownerId: region.accountId,
    associationSet: associations(item).map(({ id, main, subnetId }) => ({
      routeTableAssociationId: id,
      routeTableId: item.routeTableId,
      main,
      subnetId,
      associationState: { state: 'associated' },
    })),
    routeSet: item.routes.map((route) => renderRoute(route)),
    propagatingVgwSet: [],
    tagSet: tagSet(item.tags),
  }),
};

function renderRoute(route: SandboxRoute): XmlNode {
  const destination = route.destination.startsWith('pl-')
    ? 'destinationPrefixListId'
    : route.destination.includes(':')
      ? 'destinationIpv6CidrBlock'
      : 'destinationCidrBlock';
  return {
    [destination]: route.destination,
    [targetElement(route)]: route.target,
    origin: route.target === 'local' ? 'CreateRouteTable' : 'CreateRoute',
    state: route.state,
  };
}

function targetElement({ target }: SandboxRoute): string {
  if (target.startsWith('eigw-')) return 'egressOnlyInternetGatewayId';
  if (target.startsWith('nat-')) return 'natGatewayId';
  if (target.startsWith('tgw-')) return 'transitGatewayId';
  if (target.startsWith('pcx-')) return 'vpcPeeringConnectionId';
  if (target.startsWith('eni-')) return 'networkInterfaceId';
  // Internet and virtual private gateways, VPC endpoints, and `local`.
  return 'gatewayId';
}
