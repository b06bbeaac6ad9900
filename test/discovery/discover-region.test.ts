import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { discoverRegion } from '../../src/discovery/discover-region.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { addInstance, stopInstance } from '../../src/sandbox/aws/build-instance.ts';
import { allocateAddress, associateAddress, automatic } from '../../src/sandbox/aws/build-addresses.ts';
import { addNetworkInterface } from '../../src/sandbox/aws/build-network.ts';
import { type Bench, home, startBench } from './sandbox.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(async () => {
  await bench.close();
});

const byAddress = (endpoints: readonly Endpoint[]): Map<string, Endpoint> =>
  new Map(endpoints.map((endpoint) => [endpoint.address, endpoint]));

describe('discoverRegion', () => {
  test('describes an endpoint with all that EC2 says of it', async () => {
    const { region } = bench;
    const built = addInstance(region, {
      publicAddress: '52.95.110.1',
      ingress: [{ port: 443 }],
      instanceType: 't4g.small',
      tags: { env: 'prod', __proto__x: '1' },
    });
    const [endpoint, ...rest] = await bench.discover();
    const { networkInterface } = built;
    const privateAddress = networkInterface.privateAddresses[0]?.address;
    expect(rest).toEqual([]);
    expect(endpoint).toMatchObject({
      id: `111122223333/eu-west-1/${networkInterface.networkInterfaceId}/${privateAddress}`,
      accountId: '111122223333',
      partition: 'aws',
      region: home,
      networkInterfaceId: networkInterface.networkInterfaceId,
      address: '52.95.110.1',
      family: 4,
      privateAddress,
      vpcId: networkInterface.vpcId,
      subnetId: networkInterface.subnetId,
      securityGroupIds: [built.securityGroup.groupId],
      interfaceType: 'interface',
      requesterManaged: false,
      instanceId: built.instance.instanceId,
      instanceType: 't4g.small',
      instanceState: 'running',
      tags: { env: 'prod', __proto__x: '1' },
    });
    expect(endpoint?.exposure.state).toBe('known');
  });

  test('finds every public address: secondary private addresses, IPv6, Elastic IP', async () => {
    const { region } = bench;
    const { networkInterface } = addInstance(region, {
      publicAddress: '52.95.110.1',
      privateAddress: '172.31.0.10',
      ipv6Addresses: ['2a05:d018::1', '2A05:D018:0:0:0:0:0:2'],
    });
    networkInterface.privateAddresses.push(
      { address: '172.31.0.11', association: automatic('52.95.110.2') },
      { address: '172.31.0.12', association: null },
      { address: '172.31.0.13', association: null },
    );
    const { allocationId } = allocateAddress(region, '52.95.110.3');
    associateAddress(region, allocationId, networkInterface.networkInterfaceId, '172.31.0.13');
    const found = await bench.discover();
    expect(found.map(({ address, privateAddress, family }) => [address, privateAddress, family])).toEqual([
      ['2a05:d018::1', null, 6],
      ['2a05:d018::2', null, 6],
      ['52.95.110.1', '172.31.0.10', 4],
      ['52.95.110.2', '172.31.0.11', 4],
      ['52.95.110.3', '172.31.0.13', 4],
    ]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(5);
    expect(found[0]?.id).toBe(`111122223333/eu-west-1/${networkInterface.networkInterfaceId}/2a05:d018::1`);
  });

  test('an interface without a public address gives no endpoint; carrier and customer-owned ones are not public', async () => {
    addInstance(bench.region);
    const { networkInterface } = addInstance(bench.region);
    const [place] = networkInterface.privateAddresses;
    if (place !== undefined) {
      place.association = {
        ...automatic(''),
        publicIp: null,
        carrierIp: '155.146.0.1',
        customerOwnedIp: '198.51.100.1',
      };
    }
    expect(await bench.discover()).toEqual([]);
  });

  test('reads several pages, and asks for the instances of a page in one call', async () => {
    for (let n = 1; n <= 23; n += 1)
      addInstance(bench.region, { publicAddress: `52.95.110.${n}`, tags: { n: String(n) } });
    const found = byAddress(await bench.discover({ pageSize: 5 }));
    expect(found.size).toBe(23);
    for (let n = 1; n <= 23; n += 1) expect(found.get(`52.95.110.${n}`)?.tags).toEqual({ n: String(n) });
    const { calls } = bench.sandbox;
    expect(calls.of({ action: 'DescribeNetworkInterfaces' })).toHaveLength(5);
    expect(calls.of({ action: 'DescribeInstances' })).toHaveLength(5);
    expect(calls.of({ action: 'DescribeRouteTables' })).toHaveLength(1);
    expect(calls.of({ action: 'DescribeNetworkAcls' })).toHaveLength(1);
  });

  test('is lazy: a page is asked for when the one before it is done with', async () => {
    for (let n = 1; n <= 20; n += 1) addInstance(bench.region, { publicAddress: `52.95.110.${n}` });
    const pages = discoverRegion(bench.aws, bench.caller, home, new AbortController().signal, {
      pageSize: 5,
    });
    const first = await pages.next();
    expect(first.done === true ? [] : first.value).toHaveLength(5);
    expect(bench.sandbox.calls.of({ action: 'DescribeNetworkInterfaces' })).toHaveLength(1);
    await pages.return();
  });

  test('groups of more than one filter are read in batches, each once', async () => {
    for (let n = 0; n < 230; n += 1) {
      addInstance(bench.region, {
        publicAddress: `52.95.${n >> 8}.${n & 255}`,
        ingress: [{ port: 1000 + n }],
      });
    }
    const found = byAddress(await bench.discover({ pageSize: 1000 }));
    const { exposure } = found.get('52.95.0.229') ?? {};
    expect(exposure).toMatchObject({ state: 'known', rules: [{ fromPort: 1229, toPort: 1229 }] });
    expect(bench.sandbox.calls.of({ action: 'DescribeSecurityGroupRules' })).toHaveLength(2);
    expect(bench.sandbox.calls.of({ action: 'DescribeInstances' })).toHaveLength(2);
  });

  test("AWS's own interfaces are discovered as what they are", async () => {
    addNetworkInterface(bench.region, {
      publicAddress: '52.95.110.1',
      interfaceType: 'nat_gateway',
      requesterManaged: true,
    });
    addNetworkInterface(bench.region, {
      publicAddress: '52.95.110.2',
      interfaceType: 'network_load_balancer',
      requesterManaged: true,
    });
    const found = byAddress(await bench.discover());
    expect(found.get('52.95.110.1')).toMatchObject({
      interfaceType: 'nat_gateway',
      requesterManaged: true,
      instanceId: null,
      instanceState: null,
      tags: {},
    });
    expect(found.get('52.95.110.2')).toMatchObject({ interfaceType: 'network_load_balancer' });
  });

  test('a stopped instance keeps its IPv6 and Elastic IP addresses', async () => {
    const { region } = bench;
    const { instance } = addInstance(region, {
      publicAddress: '52.95.110.1',
      elastic: true,
      ipv6Addresses: ['2a05:d018::1'],
    });
    const automaticOne = addInstance(region, { publicAddress: '52.95.110.2' });
    stopInstance(region, instance);
    stopInstance(region, automaticOne.instance);
    const found = await bench.discover();
    expect(found.map(({ address, instanceState }) => [address, instanceState])).toEqual([
      ['2a05:d018::1', 'stopped'],
      ['52.95.110.1', 'stopped'],
    ]);
  });

  test('throttled calls are tried again', async () => {
    addInstance(bench.region, { publicAddress: '52.95.110.1' });
    bench.sandbox.faults.add({ action: 'DescribeNetworkInterfaces', kind: 'throttle', times: 1 });
    bench.sandbox.faults.add({ action: 'DescribeInstances', kind: 'drop-connection', times: 1 });
    expect(await bench.discover()).toHaveLength(1);
    expect(bench.sandbox.calls.of({ action: 'DescribeNetworkInterfaces' })).toHaveLength(2);
    expect(bench.sandbox.calls.of({ action: 'DescribeInstances' })).toHaveLength(2);
  });

  test.each(['DescribeNetworkInterfaces', 'DescribeInstances'])(
    'when %s is denied the sentence names the action and the role',
    async (action) => {
      addInstance(bench.region, { publicAddress: '52.95.110.1' });
      bench.sandbox.faults.add({ action, kind: 'deny' });
      const error = await bench.discover().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'aws-denied', retryable: false });
      expect(String(error)).toContain(
        `AWS denied ec2:${action} to the role picket (arn:aws:sts::111122223333:`,
      );
      expect(String(error)).toContain('(eu-west-1)');
    },
  );

  test('a failure on a later page is thrown, not taken for the end', async () => {
    for (let n = 1; n <= 10; n += 1) addInstance(bench.region, { publicAddress: `52.95.110.${n}` });
    const pages = discoverRegion(bench.aws, bench.caller, home, new AbortController().signal, {
      pageSize: 5,
    });
    await pages.next();
    bench.sandbox.faults.add({ action: 'DescribeNetworkInterfaces', kind: 'deny' });
    await expect(pages.next()).rejects.toMatchObject({ code: 'aws-denied' });
  });

  test('the signal ends it with its own reason', async () => {
    addInstance(bench.region, { publicAddress: '52.95.110.1' });
    bench.sandbox.faults.add({ action: 'DescribeSecurityGroupRules', kind: 'delay', delayMs: 20_000 });
    const controller = new AbortController();
    const reason = new Error('halted');
    setTimeout(() => {
      controller.abort(reason);
    }, 100);
    await expect(bench.discover({ signal: controller.signal })).rejects.toBe(reason);
  });
});
