import { describe, expect, it } from 'vitest';
import {
  addInstance,
  startInstance,
  stopInstance,
  terminateInstance,
} from '../../../src/sandbox/aws/build-instance.ts';
import {
  allocateAddress,
  associateAddress,
  releasePublicAddress,
} from '../../../src/sandbox/aws/build-addresses.ts';
import { addNetworkInterface, setIngress } from '../../../src/sandbox/aws/build-network.ts';
import { createEstate, regionOf } from '../../../src/sandbox/aws/create-estate.ts';
import type { SandboxNetworkInterface, SandboxRegion } from '../../../src/sandbox/aws/estate.ts';

function aRegion(): SandboxRegion {
  return regionOf(createEstate(), '111122223333', 'us-east-1');
}

function publicAddress(networkInterface: SandboxNetworkInterface): string | null {
  return networkInterface.privateAddresses[0]?.association?.publicIp ?? null;
}

describe('public addresses', () => {
  it('that are automatic are released when the instance stops, and are others when it starts', () => {
    const region = aRegion();
    const { instance, networkInterface } = addInstance(region, { publicAddress: '203.0.113.7' });
    stopInstance(region, instance);
    expect(instance.state).toBe('stopped');
    expect(publicAddress(networkInterface)).toBeNull();
    startInstance(region, instance, '203.0.113.8');
    expect(publicAddress(networkInterface)).toBe('203.0.113.8');
  });

  it('that are elastic, and IPv6 ones, survive a stop', () => {
    const region = aRegion();
    const { instance, networkInterface } = addInstance(region, {
      publicAddress: '203.0.113.7',
      elastic: true,
      ipv6Addresses: ['2001:db8::7'],
    });
    stopInstance(region, instance);
    startInstance(region, instance, '203.0.113.8');
    expect(publicAddress(networkInterface)).toBe('203.0.113.7');
    expect(networkInterface.ipv6Addresses).toEqual(['2001:db8::7']);
  });

  it('that are elastic move when they are associated again, and push out an automatic one', () => {
    const region = aRegion();
    const first = addInstance(region, { publicAddress: '203.0.113.7', elastic: true }).networkInterface;
    const second = addInstance(region, { publicAddress: '203.0.113.8' }).networkInterface;
    const [address] = region.addresses.values();
    associateAddress(region, address?.allocationId ?? '', second.networkInterfaceId);
    expect([publicAddress(first), publicAddress(second)]).toEqual([null, '203.0.113.7']);
    releasePublicAddress(region, '203.0.113.7');
    expect(publicAddress(second)).toBeNull();
    expect(region.addresses.size).toBe(1);
  });

  it('cannot be associated with what is not there', () => {
    const region = aRegion();
    const { allocationId } = allocateAddress(region, '203.0.113.7');
    expect(() => associateAddress(region, allocationId, 'eni-0')).toThrow('The estate has no eni-0.');
    expect(() => associateAddress(region, 'eipalloc-0', 'eni-0')).toThrow('The estate has no eipalloc-0.');
  });

  it('go with an instance that is terminated', () => {
    const region = aRegion();
    const { instance } = addInstance(region, { publicAddress: '203.0.113.7' });
    terminateInstance(region, instance);
    expect(region.networkInterfaces.size).toBe(0);
    expect(instance.state).toBe('terminated');
  });
});

describe('an estate', () => {
  it('has the same ids in every run, and never one twice', () => {
    const build = (): string[] => {
      const region = aRegion();
      return Array.from({ length: 50 }, () => addInstance(region).instance.instanceId);
    };
    const ids = build();
    expect(build()).toEqual(ids);
    expect(new Set(ids).size).toBe(50);
    expect(ids[0]).toMatch(/^i-0[0-9a-f]{16}$/u);
  });

  it('gives no private address twice, not even after interfaces went away', () => {
    const region = aRegion();
    const addresses = new Set<string>();
    for (let count = 0; count < 600; count += 1) {
      const made = addNetworkInterface(region);
      addresses.add(made.privateAddresses[0]?.address ?? '');
      if (count % 3 === 0) region.networkInterfaces.delete(made.networkInterfaceId);
    }
    expect(addresses.size).toBe(600);
    expect([...addresses].every((address) => /^172\.31\.[0-2]\.\d+$/u.test(address))).toBe(true);
  });

  it('replaces what a group lets in and keeps what it lets out', () => {
    const region = aRegion();
    const { securityGroup } = addInstance(region, { ingress: [{ port: 22 }, { port: 6379 }] });
    setIngress(region, securityGroup, [{ port: 22, source: '198.51.100.0/24' }]);
    expect(securityGroup.rules).toMatchObject([
      { isEgress: false, fromPort: 22, source: '198.51.100.0/24' },
      { isEgress: true },
    ]);
  });

  it('says what it does not have', () => {
    expect(() => regionOf(createEstate(), '111122223333', 'mars-north-1')).toThrow(
      'The estate has no Region mars-north-1 in account 111122223333.',
    );
  });
});
