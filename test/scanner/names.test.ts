import { describe, expect, it } from 'vitest';
import type { Facts, Observation } from '../../src/domain/observation.ts';
import { isHostName, namesIn } from '../../src/scanner/names.ts';

function observed(facts: Facts | null, more: Partial<Observation> = {}): Observation {
  return {
    endpointId: 'example',
    address: '203.0.113.10',
    transport: 'tcp',
    port: 443,
    probe: 'certificate',
    name: null,
    status: facts === null ? 'garbled' : 'answered',
    detail: null,
    facts,
    observedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    ...more,
  };
}

describe('names of a certificate', () => {
  it('are those that can be asked for', () => {
    const dnsNames = [
      'WWW.example.org',
      '*.example.org',
      'localhost',
      '203.0.113.10',
      'a b.example.org',
      'x.example.org\r\nEvil: 1',
      `${'a'.repeat(64)}.org`,
      'xn--mnchen-3ya.example',
    ];
    expect(namesIn(observed({ certificate: { dnsNames } }))).toEqual([
      'www.example.org',
      'xn--mnchen-3ya.example',
    ]);
  });

  it.each<[string, Observation]>([
    ['of a server without one', observed({ certificate: null })],
    ['of one that did not answer', observed(null)],
    ['of another probe', observed({ certificate: { dnsNames: ['www.example.org'] } }, { probe: 'http' })],
    ['of an odd shape', observed({ certificate: { dnsNames: 'www.example.org' } })],
    ['that are no text', observed({ certificate: { dnsNames: [7, null, ['www.example.org']] } })],
  ])('are none %s', (_, observation) => {
    expect(namesIn(observation)).toEqual([]);
  });

  it('are told from what could hurt, in linear time', () => {
    const started = performance.now();
    expect(isHostName(`${'a-'.repeat(100_000)}!`)).toBe(false);
    expect(isHostName(`${'a.'.repeat(100_000)}!`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('the facts that names are read from', () => {
  it('are those of the probe for certificates', async () => {
    const { default: probe } = await import('../../src/probes/certificate.ts');
    const { certificate } = probe.facts.shape;
    expect(Object.keys(certificate.unwrap().shape)).toContain('dnsNames');
  });
});
