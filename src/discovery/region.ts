import type { AwsCall } from '../aws/errors.ts';
import type { Aws } from '../aws/clients.ts';
import type { Identity } from '../aws/identity.ts';

/** What every reading of one Region needs. */
export interface RegionContext {
  readonly aws: Aws;
  readonly identity: Identity;
  readonly region: string;
  readonly signal: AbortSignal;
}

/** EC2's limit on the values of one filter. */
export const filterValues = 200;

export function ec2Call(context: RegionContext, action: string): AwsCall {
  return { service: 'ec2', action, region: context.region, principal: context.identity.arn };
}

export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}
