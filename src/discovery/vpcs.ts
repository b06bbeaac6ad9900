import { paginateDescribeNetworkAcls, paginateDescribeRouteTables } from '@aws-sdk/client-ec2';
import type { NetworkAcl, RouteTable } from '@aws-sdk/client-ec2';
import { eachPage, listed } from '../aws/call.ts';
import { BoundedCache } from './bounded-cache.ts';
import { type AclSummary, summariseAcls } from './network-acls.ts';
import { ec2Call, type RegionContext } from './region.ts';
import { summariseRoutes, type VpcRoutes } from './routes.ts';
import { createTolerantReader, type Read } from './tolerant-reader.ts';

/** What routes and network ACLs say of the subnets of one VPC. */
export interface Vpc {
  readonly routes: Read<VpcRoutes>;
  readonly acls: Read<ReadonlyMap<string, AclSummary>>;
}

export type Vpcs = (vpcId: string) => Promise<Vpc>;

/**
 * Reads route tables and network ACLs a VPC at a time: the main route table is in no subnet's associations, so only
 * all tables of the VPC together say which one a subnet uses.
 */
export function createVpcs(context: RegionContext): Vpcs {
  const known = new BoundedCache<Vpc>(500);
  const tolerantRoutes = createTolerantReader();
  const tolerantAcls = createTolerantReader();
  return async (vpcId) => {
    const cached = known.get(vpcId);
    if (cached !== undefined) return cached;
    const [routes, acls] = await Promise.all([
      tolerantRoutes(async () => summariseRoutes(await routeTables(context, vpcId))),
      tolerantAcls(async () => summariseAcls(await networkAcls(context, vpcId))),
    ]);
    const vpc = { routes, acls };
    if ([routes, acls].every((read) => read.ok || !read.retryable)) known.set(vpcId, vpc);
    return vpc;
  };
}

async function routeTables(context: RegionContext, vpcId: string): Promise<RouteTable[]> {
  const pages = paginateDescribeRouteTables(
    { client: context.aws.ec2(context.region), pageSize: 100 },
    { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] },
    { abortSignal: context.signal },
  );
  const call = ec2Call(context, 'DescribeRouteTables');
  const tables: RouteTable[] = [];
  for await (const page of eachPage(call, context.signal, pages)) {
    tables.push(...listed(call, page.RouteTables));
  }
  return tables;
}

async function networkAcls(context: RegionContext, vpcId: string): Promise<NetworkAcl[]> {
  const pages = paginateDescribeNetworkAcls(
    { client: context.aws.ec2(context.region), pageSize: 1_000 },
    { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] },
    { abortSignal: context.signal },
  );
  const call = ec2Call(context, 'DescribeNetworkAcls');
  const acls: NetworkAcl[] = [];
  for await (const page of eachPage(call, context.signal, pages)) {
    acls.push(...listed(call, page.NetworkAcls));
  }
  return acls;
}
