import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { exclusionReason } from '../../src/scope/exclusions.ts';
import { anEndpoint } from './endpoints.ts';

describe('exclusionReason', () => {
  test('an ordinary running instance is not excluded', () => {
    expect(exclusionReason(anEndpoint())).toBeNull();
    expect(exclusionReason(anEndpoint({ interfaceType: 'efa' }))).toBeNull();
    expect(exclusionReason(anEndpoint({ tags: { 'picket:scan': 'nightly' } }))).toBeNull();
  });

  test.each<[string, Partial<Endpoint>, string]>([
    ['a NAT gateway', { interfaceType: 'nat_gateway', requesterManaged: true }, 'AWS manages (nat_gateway)'],
    ['a load balancer', { interfaceType: 'network_load_balancer' }, 'AWS manages (network_load_balancer)'],
    ['a database', { requesterManaged: true, instanceId: null }, 'AWS manages (interface)'],
    ['an unknown type', { interfaceType: 'unknown' }, 'AWS manages (unknown)'],
    ['no instance', { instanceId: null, instanceState: null }, 'attached to no instance'],
    ['a foreign instance', { instanceState: null }, 'does not show i-0000000000000001'],
    ['a stopped instance', { instanceState: 'stopped' }, 'is stopped, not running'],
    ['a pending instance', { instanceState: 'pending' }, 'is pending, not running'],
    ['a tag', { tags: { 'picket:scan': 'never' } }, 'opts out by the tag'],
    ['a tag in other letters', { tags: { 'Picket:Scan': ' Never ' } }, 'opts out by the tag'],
  ])('%s', (_, changes, expected) => {
    expect(exclusionReason(anEndpoint(changes))).toContain(expected);
  });
});
