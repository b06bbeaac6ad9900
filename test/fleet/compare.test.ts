import { describe, expect, it } from 'vitest';
import { differences, type Comparison } from './compare.ts';
import type { ScannedEndpoint, ScannedHost } from './scanned.ts';
import type { TrueEndpoint, TrueHost } from './truth.ts';

const by: Comparison = {
  classes: ['read'],
  checks: { 'redis-no-auth': 'read', 'redis-no-tls': 'read', 'redis-login': 'login' },
};

function trueHost(endpoint: Partial<TrueEndpoint> = {}): TrueHost {
  const fires = ['redis-no-auth', 'redis-login'];
  const usual = { transport: 'tcp', port: 6379, protocol: 'redis', tls: 'none', fires } as const;
  return {
    name: 'open',
    server: 'redis',
    address: '127.30.0.1',
    about: 'For everybody',
    names: [],
    endpoints: [{ ...usual, ...endpoint, fires: [...(endpoint.fires ?? fires)] }],
  };
}

function scannedHost(endpoint: Partial<ScannedEndpoint> = {}): ScannedHost {
  const usual: ScannedEndpoint = {
    transport: 'tcp',
    port: 6379,
    state: 'answered',
    confirmed: true,
    protocols: ['redis'],
    tls: 'none',
    fires: [{ check: 'redis-no-auth', name: '' }],
    observations: [],
  };
  const endpoints = [{ ...usual, ...endpoint }];
  return { name: 'open', address: '127.30.0.1', wallMs: 1, cpuMs: null, endpoints, failures: [] };
}

describe('differences', () => {
  it('has none where all is as it should be', () => {
    expect(differences(trueHost(), scannedHost(), by)).toEqual([]);
  });

  it.each<[string, ScannedHost, string]>([
    ['a port that was seen closed', scannedHost({ state: 'refused' }), 'seen as refused'],
    ['a flicker', scannedHost({ confirmed: false }), 'flicker'],
    ['another protocol', scannedHost({ protocols: ['http'] }), 'identified as http, is redis'],
    ['one protocol too many', scannedHost({ protocols: ['http', 'redis'] }), 'http and redis'],
    ['no protocol', scannedHost({ protocols: [] }), 'identified as nothing'],
    ['TLS that is not there', scannedHost({ tls: 'inside' }), 'seen as inside, is none'],
    ['silence', scannedHost({ fires: [] }), 'redis-no-auth does not fire, and should'],
    [
      'a false alarm',
      scannedHost({
        fires: [
          { check: 'redis-no-auth', name: '' },
          { check: 'redis-no-tls', name: '' },
        ],
      }),
      'redis-no-tls fires, and should not',
    ],
    [
      'what was not allowed',
      scannedHost({
        fires: [
          { check: 'redis-no-auth', name: '' },
          { check: 'redis-login', name: '' },
        ],
      }),
      'redis-login fires, and should not',
    ],
    ['a check that broke', { ...scannedHost(), failures: ['it broke'] }, 'it broke'],
    ['an endpoint that was left out', { ...scannedHost(), endpoints: [] }, 'was not scanned'],
  ])('tells %s', (_, scanned, said) => {
    const found = differences(trueHost(), scanned, by);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(said);
  });

  it('tells a host that was left out', () => {
    expect(differences(trueHost(), undefined, by)).toEqual(['it was not scanned']);
  });

  it('expects more where more is allowed', () => {
    const found = differences(trueHost(), scannedHost(), { ...by, classes: ['read', 'login'] });
    expect(found).toEqual(['tcp/6379: redis-login does not fire, and should']);
  });

  it('tells apart the names under which a check fires, where the truth does', () => {
    const host = trueHost({ fires: ['redis-no-auth'], named: { 'a.example.org': ['redis-no-auth'] } });
    const seen = (name: string) => scannedHost({ fires: [{ check: 'redis-no-auth', name }] });
    expect(differences(host, seen('a.example.org'), by)).toEqual([]);
    expect(differences(host, seen(''), by)).toHaveLength(2);
    expect(differences(trueHost({ fires: ['redis-no-auth'] }), seen('b.example.org'), by)).toEqual([]);
  });
});
