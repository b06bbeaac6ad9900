import { type NetworkInterface, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import { canonicalAddress } from '../aws/address.ts';
import { eachPage, listed } from '../aws/call.ts';
import type { Aws } from '../aws/clients.ts';
import type { AwsCall } from '../aws/errors.ts';
import type { Identity } from '../aws/identity.ts';
import { addressMappings } from '../aws/public-addresses.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { PicketError } from '../domain/errors.ts';

/** What EC2 says of one endpoint's address now. */
export type Ownership =
  | {
      readonly state: 'owned';
      /** Milliseconds since the epoch, before the call was sent: the answer is at least as new. */
      readonly provedAt: number;
    }
  | { readonly state: 'moved'; readonly reason: string }
  /** EC2 could not be read. */
  | { readonly state: 'unknown'; readonly reason: string };

/** Reads ownership again; one answer for each endpoint, in their order. */
export interface OwnershipReader {
  read(endpoints: readonly Endpoint[], signal?: AbortSignal): Promise<readonly Ownership[]>;
}

/** Interfaces in one call: EC2's limit on the values of a filter. */
const batchSize = 200;

/**
 * Reads ownership from EC2 by network interface, at most 200 in a call. An endpoint is owned when that very interface
 * belongs to the account, is attached to the same instance, and has the very public address, for IPv4 on the very
 * private address. A call that takes longer than `timeoutMs` (default 60,000, retries included) gives `unknown`.
 */
export function createOwnershipReader(
  aws: Aws,
  identity: Identity,
  { now = Date.now, timeoutMs = 60_000 }: { readonly now?: () => number; readonly timeoutMs?: number } = {},
): OwnershipReader {
  const readBatch = async (
    region: string,
    ids: string[],
    signal: AbortSignal,
  ): Promise<NetworkInterface[]> => {
    const call: AwsCall = {
      service: 'ec2',
      action: 'DescribeNetworkInterfaces',
      region,
      principal: identity.arn,
    };
    const pages = paginateDescribeNetworkInterfaces(
      { client: aws.ec2(region), pageSize: 1_000 },
      // A filter, because an id that is gone must not fail the call for the others.
      { Filters: [{ Name: 'network-interface-id', Values: ids }] },
      { abortSignal: signal },
    );
    const found: NetworkInterface[] = [];
    for await (const page of eachPage(call, signal, pages)) {
      found.push(...listed(call, page.NetworkInterfaces));
    }
    return found;
  };

  return {
    async read(endpoints, signal) {
      const answers: Ownership[] = endpoints.map(() => ({ state: 'unknown', reason: 'EC2 was not read' }));
      const batches = [...byRegion(endpoints, identity, answers)].flatMap(([region, ids]) =>
        chunks([...ids.entries()]).map((batch) => ({ region, batch })),
      );
      for (const { region, batch } of batches) {
        const deadline = AbortSignal.timeout(timeoutMs);
        const provedAt = now();
        let judge: (endpoint: Endpoint) => Ownership;
        try {
          const interfaces = await readBatch(
            region,
            batch.map(([id]) => id),
            signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
          );
          const byId = new Map(interfaces.map((one) => [one.NetworkInterfaceId ?? '', one]));
          judge = (endpoint) => compare(endpoint, byId.get(endpoint.networkInterfaceId), provedAt);
        } catch (error) {
          signal?.throwIfAborted();
          if (!(error instanceof PicketError) && !deadline.aborted) throw error;
          const reason = deadline.aborted
            ? `EC2 (${region}) did not answer within ${timeoutMs} ms`
            : (error as PicketError).message;
          judge = () => ({ state: 'unknown', reason });
        }
        for (const [, indices] of batch) {
          for (const index of indices) answers[index] = judge(endpoints[index] as Endpoint);
        }
      }
      return answers;
    },
  };
}

/** Positions of the endpoints by Region and network interface; those of other accounts are answered here. */
function byRegion(
  endpoints: readonly Endpoint[],
  identity: Identity,
  answers: Ownership[],
): Map<string, Map<string, number[]>> {
  const regions = new Map<string, Map<string, number[]>>();
  endpoints.forEach(({ accountId, region, networkInterfaceId }, index) => {
    if (accountId !== identity.accountId) {
      const reason = `it is of account ${accountId}, and the credentials are of account ${identity.accountId}`;
      answers[index] = { state: 'unknown', reason };
      return;
    }
    const interfaces = regions.get(region) ?? new Map<string, number[]>();
    regions.set(region, interfaces);
    interfaces.set(networkInterfaceId, [...(interfaces.get(networkInterfaceId) ?? []), index]);
  });
  return regions;
}

function compare(endpoint: Endpoint, found: NetworkInterface | undefined, provedAt: number): Ownership {
  const { address, networkInterfaceId, privateAddress, instanceId } = endpoint;
  const moved = (reason: string): Ownership => ({ state: 'moved', reason });
  if (found === undefined) return moved(`${networkInterfaceId} is gone, and ${address} with it`);
  if (found.OwnerId !== endpoint.accountId) {
    return moved(`${networkInterfaceId} belongs to account ${found.OwnerId ?? '(unknown)'} now`);
  }
  if ((found.Attachment?.InstanceId ?? null) !== instanceId) {
    const now = found.Attachment?.InstanceId ?? 'no instance';
    return moved(`${networkInterfaceId} is attached to ${now} now, not to ${instanceId ?? 'no instance'}`);
  }
  if (privateAddress === null) {
    const held = (found.Ipv6Addresses ?? []).some(
      (one) => canonicalAddress(one.Ipv6Address ?? '') === address,
    );
    return held ? { state: 'owned', provedAt } : moved(`${networkInterfaceId} no longer has ${address}`);
  }
  const mapping = addressMappings(found).find(
    (one) => canonicalAddress(one.privateAddress) === privateAddress,
  );
  const current = canonicalAddress(mapping?.publicAddress ?? '');
  if (current === address) return { state: 'owned', provedAt };
  const instead = current === null ? 'no public address' : current;
  return moved(`${privateAddress} of ${networkInterfaceId} has ${instead} now, not ${address}`);
}

function chunks<Item>(items: readonly Item[]): Item[][] {
  const result: Item[][] = [];
  for (let start = 0; start < items.length; start += batchSize) {
    result.push(items.slice(start, start + batchSize));
  }
  return result;
}
