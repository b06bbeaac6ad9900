import type { SandboxPrefixList } from '../estate.ts';
import type { QueryParameters } from '../query-parameters.ts';
import type { RequestContext } from '../request-context.ts';
import { ServiceError } from '../service-error.ts';
import { resourceId, type Listing, type ReadRequest } from './describe.ts';

export const prefixLists: Listing<SandboxPrefixList> = {
  set: 'prefixListSet',
  items: (region) => region.prefixLists.values(),
  key: (item) => item.prefixListId,
  ids: [
    resourceId(
      'PrefixListId',
      'pl',
      { code: 'InvalidPrefixListID', noun: 'prefix list' },
      (item) => item.prefixListId,
    ),
  ],
  tagsOf: null,
  paging: { min: 1, max: 100, idsExclude: false },
  filters: {
    'owner-id': (item) => [item.ownerId],
    'prefix-list-id': (item) => [item.prefixListId],
    'prefix-list-name': (item) => [item.name],
  },
  render: (item, region) => ({
    prefixListId: item.prefixListId,
    prefixListArn: `arn:${region.partition}:ec2:${region.name}:${item.ownerId}:prefix-list/${item.prefixListId}`,
    prefixListName: item.name,
    addressFamily: item.addressFamily,
    maxEntries: item.entries.length,
    ownerId: item.ownerId,
    state: 'create-complete',
    version: item.version,
  }),
};

/** GetManagedPrefixListEntries: pages of up to 100 (and 100 when nothing is said), always of the current version. */
export function readPrefixListEntries(parameters: QueryParameters, context: RequestContext): ReadRequest {
  const id = parameters.required('PrefixListId');
  const version = parameters.integer('TargetVersion', { min: 1, max: 1_000_000 });
  const maxResults = parameters.integer('MaxResults', { min: 1, max: 100 }) ?? 100;
  const token = parameters.optional('NextToken');
  const scope = `GetManagedPrefixListEntries/${id}`;
  const position = token === null || token === '' ? '0' : context.pageTokens.open(scope, token);
  if (position === null) {
    throw new ServiceError(400, 'InvalidNextToken', `The token '${token}' is invalid.`);
  }
  return {
    unbounded: false,
    answer: () => {
      const list = context.region.prefixLists.get(id);
      if (list === undefined) {
        throw new ServiceError(
          400,
          'InvalidPrefixListID.NotFound',
          `The prefix list ID '${id}' does not exist`,
        );
      }
      if (version !== null && version !== list.version) {
        throw new ServiceError(400, 'InvalidPrefixListVersion.NotFound', `${id} has no version ${version}`);
      }
      const start = Number(position);
      const end = start + maxResults;
      return {
        entrySet: list.entries.slice(start, end).map(({ cidr, description }) => ({ cidr, description })),
        nextToken: end < list.entries.length ? context.pageTokens.seal(scope, String(end)) : null,
      };
    },
  };
}
