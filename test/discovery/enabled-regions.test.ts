import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAws } from '../../src/aws/clients.ts';
import { BoundedCache } from '../../src/discovery/bounded-cache.ts';
import { enabledRegions } from '../../src/discovery/enabled-regions.ts';
import { sandboxAccountId, sandboxCredentials } from '../../src/sandbox/aws/credentials.ts';
import { regionOf } from '../../src/sandbox/aws/create-estate.ts';
import { type Bench, startBench } from './sandbox.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench(['eu-west-1', 'us-east-1', 'ap-east-1']);
  regionOf(bench.sandbox.estate, sandboxAccountId, 'ap-east-1').optInStatus = 'not-opted-in';
});

afterEach(async () => {
  await bench.close();
});

test('without configuration, all that are enabled', async () => {
  expect(await enabledRegions(bench.aws, [])).toEqual({ regions: ['eu-west-1', 'us-east-1'], problems: [] });
});

test('configured ones that are not enabled are named', async () => {
  const { regions, problems } = await enabledRegions(bench.aws, ['us-east-1', 'ap-east-1', 'us-east-1']);
  expect(regions).toEqual(['us-east-1']);
  expect(problems).toEqual([
    'Region ap-east-1 is configured but not enabled for this account; nothing in it was read.',
  ]);
});

test('a denial names the action', async () => {
  bench.sandbox.faults.add({ action: 'DescribeRegions', kind: 'deny' });
  await expect(enabledRegions(bench.aws, [])).rejects.toThrow(
    'AWS denied ec2:DescribeRegions to the role picket',
  );
});

test('credentials that AWS does not know are refused in a sentence', async () => {
  const aws = createAws({
    endpoint: bench.sandbox.url,
    credentials: { ...sandboxCredentials, accessKeyId: 'ASIAUNKNOWNEXAMPLE00' },
    region: 'eu-west-1',
    maxAttempts: 1,
  });
  await expect(enabledRegions(aws, [])).rejects.toMatchObject({ code: 'aws-credentials-refused' });
  aws.close();
});

test('the cache forgets what was used longest ago', () => {
  const cache = new BoundedCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  expect([cache.size, cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([2, 1, undefined, 3]);
});
