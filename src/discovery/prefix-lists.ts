import { paginateGetManagedPrefixListEntries } from '@aws-sdk/client-ec2';
import { canonicalCidr } from '../aws/address.ts';
import { eachPage, listed } from '../aws/call.ts';
import { BoundedCache } from './bounded-cache.ts';
import { ec2Call, type RegionContext } from './region.ts';
import { createTolerantReader, type Read } from './tolerant-reader.ts';

/** CIDRs, canonical, of a managed prefix list. */
export type PrefixLists = (prefixListId: string) => Promise<Read<readonly string[]>>;

/** Reads prefix lists as they are met, each once. A list holds at most 1,000 entries by EC2's quota. */
export function createPrefixLists(context: RegionContext): PrefixLists {
  const known = new BoundedCache<Read<readonly string[]>>(200);
  return async (prefixListId) => {
    const cached = known.get(prefixListId);
    if (cached !== undefined) return cached;
    // A reader for each list: permission can be given list by list.
    const read = await createTolerantReader()(async () => {
      const client = context.aws.ec2(context.region);
      const pages = paginateGetManagedPrefixListEntries(
        { client, pageSize: 100 },
        { PrefixListId: prefixListId },
        { abortSignal: context.signal },
      );
      const call = ec2Call(context, 'GetManagedPrefixListEntries');
      const cidrs: string[] = [];
      for await (const page of eachPage(call, context.signal, pages)) {
        for (const entry of listed(call, page.Entries)) {
          const cidr = canonicalCidr(entry.Cidr ?? '');
          if (cidr !== null) cidrs.push(cidr);
        }
      }
      return cidrs;
    });
    if (read.ok || !read.retryable) known.set(prefixListId, read);
    return read;
  };
}
