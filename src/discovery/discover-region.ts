import { paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import { eachPage, listed } from '../aws/call.ts';
import type { Aws } from '../aws/clients.ts';
import type { Identity } from '../aws/identity.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { createExposures } from './exposures.ts';
import { readInstances } from './instances.ts';
import { endpointsOf } from './interfaces.ts';
import { ec2Call, type RegionContext } from './region.ts';

/**
 * All endpoints of the account in one Region, a page of network interfaces at a time; memory is bounded by the page.
 *
 * Where exposure cannot be read, the endpoints come with `exposure.state: 'unknown'` and the reason. Throws the mapped
 * error (see `awsError`) when DescribeNetworkInterfaces or DescribeInstances fails: without the first nothing is known,
 * and without the second neither opt-out tags nor authorisations by tag can be honoured. Nothing of the Region is
 * covered then, and pages already yielded say nothing about what is missing.
 *
 * @param pageSize network interfaces a call, 5–1000; by default as many as the instances of one filter.
 */
export async function* discoverRegion(
  aws: Aws,
  identity: Identity,
  region: string,
  signal: AbortSignal,
  { pageSize = 200 }: { readonly pageSize?: number } = {},
): AsyncGenerator<Endpoint[], void, undefined> {
  const context: RegionContext = { aws, identity, region, signal };
  const call = ec2Call(context, 'DescribeNetworkInterfaces');
  const exposures = createExposures(context);
  const pages = paginateDescribeNetworkInterfaces(
    { client: aws.ec2(region), pageSize },
    {},
    { abortSignal: signal },
  );
  for await (const page of eachPage(call, signal, pages)) {
    const found = listed(call, page.NetworkInterfaces).flatMap((one) => endpointsOf(one, identity, region));
    if (found.length === 0) continue;
    const instances = await readInstances(
      context,
      found.flatMap(({ endpoint }) => endpoint.instanceId ?? []),
    );
    const exposed = await exposures(found);
    yield found.map(({ endpoint }, index) => {
      const instance = instances.get(endpoint.instanceId ?? '');
      return {
        ...endpoint,
        instanceType: instance?.type ?? null,
        instanceState: instance?.state ?? null,
        tags: instance?.tags ?? {},
        exposure: exposed[index] ?? { state: 'unknown', reason: 'not read' },
      };
    });
  }
}
