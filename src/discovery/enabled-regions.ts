import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { callAws, listed } from '../aws/call.ts';
import type { Aws } from '../aws/clients.ts';
import { PermanentError } from '../domain/errors.ts';

export interface EnabledRegions {
  /** Sorted; to be discovered. */
  readonly regions: readonly string[];
  /** One sentence for each configured Region that is not enabled. */
  readonly problems: readonly string[];
}

/**
 * The Regions that are both configured and enabled for the account; with none configured, all that are enabled.
 * Throws the mapped error when DescribeRegions fails, and `aws-region-missing` when there is no Region to ask.
 */
export async function enabledRegions(
  aws: Aws,
  configured: readonly string[],
  signal?: AbortSignal,
): Promise<EnabledRegions> {
  const home = (await aws.homeRegion()) ?? configured[0];
  if (home === undefined) {
    throw new PermanentError('aws-region-missing', {
      what: 'No AWS Region is configured',
      expected: 'AWS_REGION, or a Region in the settings',
    });
  }
  const call = { service: 'ec2', action: 'DescribeRegions', region: home };
  const options = signal === undefined ? {} : { abortSignal: signal };
  // Without AllRegions, EC2 answers with those that are enabled.
  const answer = await callAws(call, signal, () =>
    aws.ec2(home).send(new DescribeRegionsCommand({}), options),
  );
  const enabled = new Set(listed(call, answer.Regions).flatMap(({ RegionName }) => RegionName ?? []));
  const wanted = configured.length === 0 ? [...enabled] : [...new Set(configured)];
  return {
    regions: wanted.filter((region) => enabled.has(region)).toSorted(),
    problems: wanted
      .filter((region) => !enabled.has(region))
      .map(
        (region) =>
          `Region ${region} is configured but not enabled for this account; nothing in it was read.`,
      ),
  };
}
