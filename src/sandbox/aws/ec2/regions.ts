import type { SandboxRegion } from '../estate.ts';
import type { QueryParameters } from '../query-parameters.ts';
import type { Listing } from './describe.ts';

/** DescribeRegions: the account's Regions; those that it has not opted in to only with `AllRegions`. */
export function regions(parameters: QueryParameters): Listing<SandboxRegion> {
  const all = parameters.boolean('AllRegions');
  return {
    set: 'regionInfo',
    items: (_region, { account }) =>
      [...account.regions.values()].filter(({ optInStatus }) => all || optInStatus !== 'not-opted-in'),
    key: (item) => item.name,
    ids: [
      {
        name: 'RegionName',
        prefix: '',
        malformed: 'InvalidParameterValue',
        notFound: 'InvalidParameterValue',
        message: (name) => `Invalid region names: [${name}]`,
        of: (item) => item.name,
      },
    ],
    tagsOf: null,
    paging: null,
    filters: {
      endpoint: (item) => [endpoint(item)],
      'opt-in-status': (item) => [item.optInStatus],
      'region-name': (item) => [item.name],
    },
    render: (item) => ({
      regionName: item.name,
      regionEndpoint: endpoint(item),
      optInStatus: item.optInStatus,
    }),
  };
}

function endpoint({ name, partition }: SandboxRegion): string {
  return `ec2.${name}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}
