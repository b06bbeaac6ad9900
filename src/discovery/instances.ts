import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { eachPage, listed } from '../aws/call.ts';
import { chunksOf, ec2Call, filterValues, type RegionContext } from './region.ts';

export interface InstanceFacts {
  readonly state: string | null;
  readonly type: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * State, type and tags of the account's own instances, by id; those that EC2 does not know are absent. Filters rather
 * than InstanceIds: an instance that has just gone must not fail the whole call.
 */
export async function readInstances(
  context: RegionContext,
  instanceIds: Iterable<string>,
): Promise<ReadonlyMap<string, InstanceFacts>> {
  const call = ec2Call(context, 'DescribeInstances');
  const instances = new Map<string, InstanceFacts>();
  for (const batch of chunksOf([...new Set(instanceIds)], filterValues)) {
    const pages = paginateDescribeInstances(
      { client: context.aws.ec2(context.region), pageSize: 1_000 },
      { Filters: [{ Name: 'instance-id', Values: batch }] },
      { abortSignal: context.signal },
    );
    for await (const page of eachPage(call, context.signal, pages)) {
      for (const reservation of listed(call, page.Reservations)) {
        // The owner of a shared VPC may see what is not its own.
        if (reservation.OwnerId !== context.identity.accountId) continue;
        for (const instance of reservation.Instances ?? []) {
          instances.set(instance.InstanceId ?? '', {
            state: instance.State?.Name ?? null,
            type: instance.InstanceType ?? null,
            tags: Object.fromEntries((instance.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
          });
        }
      }
    }
  }
  return instances;
}
