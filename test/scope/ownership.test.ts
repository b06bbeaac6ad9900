import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import {
  addInstance,
  startInstance,
  stopInstance,
  terminateInstance,
} from '../../src/sandbox/aws/build-instance.ts';
import { allocateAddress, associateAddress, automatic } from '../../src/sandbox/aws/build-addresses.ts';
import { createOwnershipReader } from '../../src/scope/ownership.ts';
import { createScope } from '../../src/scope/scope.ts';
import { startFakeEndpoint } from '../aws/fake-endpoint.ts';
import { createAws } from '../../src/aws/clients.ts';
import { type Bench, startBench } from '../discovery/sandbox.ts';
import { anAuthorisation, anEndpoint, start } from './endpoints.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(async () => {
  await bench.close();
});

async function states(endpoints: readonly Endpoint[], options = {}): Promise<string[]> {
  const answers = await createOwnershipReader(bench.aws, bench.caller, options).read(endpoints);
  return answers.map((answer) => (answer.state === 'owned' ? 'owned' : `${answer.state}: ${answer.reason}`));
}

const reads = (): number => bench.sandbox.calls.of({ action: 'DescribeNetworkInterfaces' }).length;

describe('ownership', () => {
  test('an address is owned at its very interface and private address; provedAt is before the call', async () => {
    const { networkInterface } = addInstance(bench.region, {
      publicAddress: '52.95.110.1',
      ipv6Addresses: ['2A05:D018::1'],
    });
    networkInterface.privateAddresses.push({ address: '172.31.9.9', association: automatic('52.95.110.2') });
    const endpoints = await bench.discover();
    let clock = start;
    const reader = createOwnershipReader(bench.aws, bench.caller, { now: () => clock++ });
    const answers = await reader.read(endpoints);
    expect(answers).toEqual(endpoints.map(() => ({ state: 'owned', provedAt: start })));
    expect(clock).toBe(start + 1);
    // The right addresses, but each at the other's place.
    const [, one, two] = endpoints as [Endpoint, Endpoint, Endpoint];
    const swapped = [
      { ...one, address: two.address },
      { ...two, address: one.address },
    ];
    expect(await states(swapped)).toEqual([
      expect.stringContaining('moved: ') as string,
      expect.stringContaining('moved: ') as string,
    ]);
  });

  test('450 addresses take three calls', async () => {
    for (let n = 0; n < 450; n += 1)
      addInstance(bench.region, { publicAddress: `52.95.${n >> 8}.${n & 255}` });
    const endpoints = await bench.discover({ pageSize: 1000 });
    bench.sandbox.calls.clear();
    expect(new Set(await states(endpoints))).toEqual(new Set(['owned']));
    expect(reads()).toBe(3);
  });

  test('an automatic address that came back different is recycled, under the same interface', async () => {
    const { region } = bench;
    const { instance, networkInterface } = addInstance(region, { publicAddress: '52.95.110.1' });
    const [endpoint] = (await bench.discover()) as [Endpoint];
    stopInstance(region, instance);
    expect(await states([endpoint])).toEqual([
      `moved: ${endpoint.privateAddress} of ${networkInterface.networkInterfaceId} has no public address now, not 52.95.110.1`,
    ]);
    startInstance(region, instance, '52.95.110.77');
    expect(await states([endpoint])).toEqual([
      `moved: ${endpoint.privateAddress} of ${networkInterface.networkInterfaceId} has 52.95.110.77 now, not 52.95.110.1`,
    ]);
    const [fresh] = (await bench.discover()) as [Endpoint];
    expect(fresh.id).toBe(endpoint.id);
    expect(await states([endpoint, fresh])).toEqual([expect.stringContaining('moved') as string, 'owned']);
  });

  test('an Elastic IP address that was associated elsewhere has moved', async () => {
    const { region } = bench;
    const { networkInterface } = addInstance(region);
    const other = addInstance(region);
    const { allocationId } = allocateAddress(region, '52.95.110.1');
    associateAddress(region, allocationId, networkInterface.networkInterfaceId);
    const before = await bench.discover();
    expect(await states(before)).toEqual(['owned']);
    associateAddress(region, allocationId, other.networkInterface.networkInterfaceId);
    expect(await states(before)).toEqual([expect.stringContaining('moved') as string]);
    expect(await states(await bench.discover())).toEqual(['owned']);
  });

  test('a terminated instance, a detached interface and a lost IPv6 address have moved', async () => {
    const { region } = bench;
    const gone = addInstance(region, { publicAddress: '52.95.110.1' });
    const detached = addInstance(region, { publicAddress: '52.95.110.2' });
    const six = addInstance(region, { ipv6Addresses: ['2a05:d018::1'] });
    const endpoints = await bench.discover();
    terminateInstance(region, gone.instance);
    detached.networkInterface.attachment = null;
    six.networkInterface.ipv6Addresses = ['2a05:d018::2'];
    expect(await states(endpoints)).toEqual([
      expect.stringContaining('no longer has 2a05:d018::1') as string,
      expect.stringContaining('is gone') as string,
      expect.stringContaining('attached to no instance now') as string,
    ]);
  });

  test('endpoints of another account are unknown, and EC2 is not asked', async () => {
    expect(await states([anEndpoint({ accountId: '444455556666' })])).toEqual([
      'unknown: it is of account 444455556666, and the credentials are of account 111122223333',
    ]);
    expect(reads()).toBe(0);
  });

  test('a Region that is denied leaves the others alone', async () => {
    addInstance(bench.region, { publicAddress: '52.95.110.1' });
    const [here] = (await bench.discover()) as [Endpoint];
    const there = anEndpoint({ region: 'us-east-1' });
    const [denied, owned] = await states([there, here]);
    expect(denied).toContain('unknown: ');
    expect(owned).toBe('owned');
    bench.sandbox.faults.add({ action: 'DescribeNetworkInterfaces', kind: 'deny' });
    expect(await states([here])).toEqual([
      expect.stringContaining(
        'unknown: AWS denied ec2:DescribeNetworkInterfaces to the role picket',
      ) as string,
    ]);
  });

  test('throttled once is tried again; throttled for long is unknown', async () => {
    addInstance(bench.region, { publicAddress: '52.95.110.1' });
    const endpoints = await bench.discover();
    bench.sandbox.faults.add({ action: 'DescribeNetworkInterfaces', kind: 'throttle', times: 1 });
    expect(await states(endpoints)).toEqual(['owned']);
    bench.sandbox.faults.add({ action: 'DescribeNetworkInterfaces', kind: 'throttle' });
    expect(await states(endpoints)).toEqual([expect.stringContaining('unknown: AWS throttled') as string]);
  });

  test('an API that does not answer is unknown in bounded time, and a halt ends the reading', async () => {
    addInstance(bench.region, { publicAddress: '52.95.110.1' });
    const endpoints = await bench.discover();
    bench.sandbox.faults.add({ action: 'DescribeNetworkInterfaces', kind: 'delay', delayMs: 20_000 });
    expect(await states(endpoints, { timeoutMs: 200 })).toEqual([
      'unknown: EC2 (eu-west-1) did not answer within 200 ms',
    ]);
    const reason = new Error('halted');
    const halted = createOwnershipReader(bench.aws, bench.caller).read(endpoints, AbortSignal.abort(reason));
    await expect(halted).rejects.toBe(reason);
  });

  test("a page that is not EC2's does not make everything look moved", async () => {
    const portal = await startFakeEndpoint((response) => response.end('<html>Sign in</html>'));
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' };
    const aws = createAws({ endpoint: portal.url, credentials, maxAttempts: 1 });
    const [answer] = await createOwnershipReader(aws, bench.caller).read([anEndpoint()]);
    expect(answer).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('cannot be read') as string,
    });
    aws.close();
    await portal.close();
  });
});

describe('scope on EC2', () => {
  test('an address that is recycled between discovery and scan gets no clearance, one during the scan loses it', async () => {
    const { region } = bench;
    const early = addInstance(region, { publicAddress: '127.0.0.11' });
    const late = addInstance(region, { publicAddress: '127.0.0.12' });
    addInstance(region, { publicAddress: '127.0.0.13' });
    const endpoints = await bench.discover();
    stopInstance(region, early.instance);
    const scope = createScope({
      ownership: createOwnershipReader(bench.aws, bench.caller),
      authorisations: [anAuthorisation({ from: '2000-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' })],
      leaseMs: 60_000,
      sandbox: true,
    });
    const results = await scope.clear(endpoints);
    expect(results.map(({ outcome }) => outcome)).toEqual(['moved', 'cleared', 'cleared']);
    const clearances = results.flatMap((result) => (result.outcome === 'cleared' ? [result.clearance] : []));
    const targets = clearances.map((clearance) => clearance.target('tcp', 80));
    stopInstance(region, late.instance);
    startInstance(region, late.instance, '127.0.0.14');
    expect((await scope.renew(clearances)).map(({ outcome }) => outcome)).toEqual(['moved', 'renewed']);
    expect(targets.map(({ lease }) => Date.now() < lease.expiresAt)).toEqual([false, true]);
    expect([...(await scope.confirm(clearances)).values()]).toEqual(['moved', 'owned']);
    bench.sandbox.faults.add({ action: 'DescribeNetworkInterfaces', kind: 'deny' });
    expect([...(await scope.confirm(clearances)).values()]).toEqual(['moved', 'unknown']);
  });
});
