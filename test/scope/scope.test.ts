import { beforeEach, describe, expect, test } from 'vitest';
import type { Authorisation } from '../../src/domain/authorisation.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import type { Ownership, OwnershipReader } from '../../src/scope/ownership.ts';
import { createScope, type Scope, type ScopeOptions } from '../../src/scope/scope.ts';
import { type Clearance, isTarget } from '../../src/scope/target.ts';
import { anAuthorisation, anEndpoint, endpointNumber, start } from './endpoints.ts';

const minute = 60_000;

let now: number;
let asked: string[][];
let answer: (endpoint: Endpoint) => Ownership;
/** What happens while EC2 is read. */
let meanwhile: () => void;
let authorisations: Authorisation[];

const reader: OwnershipReader = {
  read(endpoints) {
    asked.push(endpoints.map(({ address }) => address));
    const answers = endpoints.map(answer);
    meanwhile();
    return Promise.resolve(answers);
  },
};

beforeEach(() => {
  now = start;
  asked = [];
  answer = () => ({ state: 'owned', provedAt: now });
  meanwhile = () => {};
  authorisations = [anAuthorisation()];
});

function scope(options: Partial<ScopeOptions> = {}): Scope {
  return createScope({
    ownership: reader,
    authorisations: () => authorisations,
    leaseMs: 5 * minute,
    sandbox: false,
    now: () => now,
    monotonic: () => now,
    ...options,
  });
}

async function cleared(by: Scope, endpoint: Endpoint = anEndpoint()): Promise<Clearance> {
  const [result] = await by.clear([endpoint]);
  if (result?.outcome !== 'cleared') throw new Error(JSON.stringify(result));
  return result.clearance;
}

const live = ({ lease }: Clearance): boolean => now < lease.expiresAt;

describe('clear', () => {
  test('gives one result for each endpoint, in order, and asks EC2 only about what is left', async () => {
    answer = ({ address }) =>
      address === '52.95.0.6'
        ? { state: 'moved', reason: 'recycled' }
        : address === '52.95.0.7'
          ? { state: 'unknown', reason: 'throttled' }
          : { state: 'owned', provedAt: now };
    const results = await scope().clear([
      endpointNumber(1),
      endpointNumber(2, { requesterManaged: true }),
      endpointNumber(3, { address: '10.0.0.3' }),
      endpointNumber(4, { accountId: '444455556666' }),
      endpointNumber(5, { tags: { 'picket:scan': 'never' } }),
      endpointNumber(6),
      endpointNumber(7),
      endpointNumber(8),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'cleared',
      'excluded',
      'excluded',
      'not-authorised',
      'excluded',
      'moved',
      'not-covered',
      'cleared',
    ]);
    expect(asked).toEqual([['52.95.0.1', '52.95.0.6', '52.95.0.7', '52.95.0.8']]);
    expect(results[3]).toMatchObject({ reason: expect.stringContaining('account 444455556666') as string });
    expect(results[5]).toMatchObject({ reason: 'recycled' });
    expect(results[6]).toMatchObject({ reason: 'throttled' });
  });

  test('does not ask EC2 when nothing is left', async () => {
    authorisations = [];
    const [result] = await scope().clear([anEndpoint()]);
    expect(result).toMatchObject({ outcome: 'not-authorised', reason: 'there is no authorisation at all' });
    expect(asked).toEqual([]);
  });

  test('the sandbox clears loopback only', async () => {
    const results = await scope({ sandbox: true }).clear([
      endpointNumber(1, { address: '127.0.0.9' }),
      endpointNumber(2),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['cleared', 'excluded']);
    const [loopback] = await scope().clear([endpointNumber(1, { address: '127.0.0.9' })]);
    expect(loopback).toMatchObject({ outcome: 'excluded' });
  });

  test('a lease ends with its authorisation', async () => {
    authorisations = [anAuthorisation({ until: new Date(start + minute).toISOString() })];
    expect((await cleared(scope())).lease.expiresAt).toBe(start + minute);
  });

  test('the lease counts from when the question was sent', async () => {
    meanwhile = () => {
      now += 2 * minute;
    };
    const { lease } = await cleared(scope());
    expect([lease.provedAt, lease.expiresAt]).toEqual([start, start + 5 * minute]);
  });

  test('an answer that comes later than a lease is no answer', async () => {
    meanwhile = () => {
      now += 5 * minute;
    };
    const [result] = await scope().clear([anEndpoint()]);
    expect(result).toMatchObject({ outcome: 'not-covered' });
  });

  test('an authorisation that ends while EC2 is read does not clear', async () => {
    meanwhile = () => {
      authorisations = [];
    };
    const [result] = await scope().clear([anEndpoint()]);
    expect(result).toMatchObject({ outcome: 'not-authorised' });
  });

  test('a reader that fails, or answers too little, clears nothing', async () => {
    const failing = scope({ ownership: { read: () => Promise.reject(new Error('EC2 is gone')) } });
    expect(await failing.clear([anEndpoint()])).toMatchObject([
      { outcome: 'not-covered', reason: 'EC2 is gone' },
    ]);
    const short = scope({ ownership: { read: () => Promise.resolve([]) } });
    expect(await short.clear([anEndpoint()])).toMatchObject([{ outcome: 'not-covered' }]);
  });

  test('a proof from the future is no proof', async () => {
    answer = () => ({ state: 'owned', provedAt: now + 10 * minute });
    expect(await scope().clear([anEndpoint()])).toMatchObject([{ outcome: 'not-covered' }]);
  });

  test('changing the endpoint afterwards changes nothing', async () => {
    const endpoint = { ...anEndpoint() };
    const clearance = await cleared(scope(), endpoint);
    (endpoint as { address: string }).address = '169.254.169.254';
    expect(clearance.target('tcp', 80).endpoint.address).toBe('52.95.110.1');
    expect(() => {
      (clearance.endpoint as { address: string }).address = '169.254.169.254';
    }).toThrow(TypeError);
  });

  test.each([0, -1, 300_001, Number.NaN, Number.POSITIVE_INFINITY])(
    'a lease of %d ms is refused',
    (leaseMs) => {
      expect(() => scope({ leaseMs })).toThrow(/at most 300000 ms/);
    },
  );
});

describe('clearance.target', () => {
  test('mints while the lease lasts, and not from its end on', async () => {
    const clearance = await cleared(scope());
    now = start + 5 * minute - 1;
    const target = clearance.target('tcp', 443);
    expect(isTarget(target)).toBe(true);
    expect(target).toMatchObject({ transport: 'tcp', port: 443, lease: { address: '52.95.110.1' } });
    now += 1;
    expect(() => clearance.target('tcp', 443)).toThrow(/lease of 52.95.110.1 has run out/);
    expect(target.lease.expiresAt).toBeLessThanOrEqual(now);
  });

  test.each([0, -1, 65_536, 1.5, Number.NaN])('port %d is refused', async (port) => {
    const clearance = await cleared(scope());
    expect(() => clearance.target('tcp', port)).toThrow(/no such port/);
  });
});

describe('a lease', () => {
  test('ends at once when the authorisation is revoked, expires early, or no longer covers', async () => {
    const original = authorisations;
    const clearance = await cleared(scope());
    expect(live(clearance)).toBe(true);
    for (const changed of [
      [],
      [anAuthorisation({ until: new Date(start).toISOString() })],
      [anAuthorisation({ from: new Date(start + 1).toISOString() })],
      [anAuthorisation({ covers: { accounts: ['444455556666'] } })],
    ]) {
      authorisations = changed;
      expect(live(clearance)).toBe(false);
      expect(() => clearance.target('tcp', 80)).toThrow(/has run out/);
    }
    authorisations = original;
    expect(live(clearance)).toBe(true);
  });

  test('does not grow younger when the wall clock is set back', async () => {
    let tick = 0;
    const clearance = await cleared(scope({ monotonic: () => tick }));
    now += 4 * minute;
    tick += 5 * minute;
    expect(live(clearance)).toBe(false);
    tick -= minute;
    now = start - 1;
    expect(live(clearance)).toBe(false);
  });
});

describe('renew', () => {
  test('extends the lease that the targets hold', async () => {
    const by = scope();
    const clearance = await cleared(by);
    const target = clearance.target('tcp', 22);
    now += 4 * minute;
    expect(await by.renew([clearance])).toEqual([{ clearance, outcome: 'renewed' }]);
    now += 4 * minute;
    expect(target.lease.expiresAt).toBe(start + 9 * minute);
    expect(clearance.target('tcp', 80).lease).toBe(target.lease);
  });

  test('revives a lease that ran out once EC2 proves it again', async () => {
    const by = scope();
    const clearance = await cleared(by);
    now += 6 * minute;
    expect(live(clearance)).toBe(false);
    await by.renew([clearance]);
    expect(live(clearance)).toBe(true);
  });

  test('ends at once what moved, for good', async () => {
    const by = scope();
    const clearance = await cleared(by);
    const target = clearance.target('tcp', 22);
    answer = () => ({ state: 'moved', reason: 'given to someone else' });
    expect(await by.renew([clearance])).toMatchObject([
      { outcome: 'moved', reason: 'given to someone else' },
    ]);
    expect(now < target.lease.expiresAt).toBe(false);
    answer = () => ({ state: 'owned', provedAt: now });
    now += 1_000;
    expect(await by.renew([clearance])).toMatchObject([{ outcome: 'moved' }]);
    expect(now < target.lease.expiresAt).toBe(false);
  });

  test('when EC2 cannot be read the lease simply runs out', async () => {
    const by = scope();
    const clearance = await cleared(by);
    answer = () => ({ state: 'unknown', reason: 'unreachable' });
    now += 4 * minute;
    expect(await by.renew([clearance])).toMatchObject([{ outcome: 'not-covered', reason: 'unreachable' }]);
    expect(live(clearance)).toBe(true);
    now += minute;
    expect(live(clearance)).toBe(false);
  });

  test('does not outlive the authorisation, and passes to another that covers', async () => {
    const by = scope();
    authorisations = [anAuthorisation({ until: new Date(start + 6 * minute).toISOString() })];
    const clearance = await cleared(by);
    now += 4 * minute;
    await by.renew([clearance]);
    expect(clearance.lease.expiresAt).toBe(start + 6 * minute);
    now += 2 * minute;
    expect(await by.renew([clearance])).toMatchObject([{ outcome: 'not-authorised' }]);
    expect(live(clearance)).toBe(false);
    authorisations = [anAuthorisation({ id: 'next' })];
    expect(await by.renew([clearance])).toMatchObject([{ outcome: 'renewed' }]);
    expect(clearance.lease).toMatchObject({ authorisationId: 'next', expiresAt: now + 5 * minute });
  });

  test('an older proof does not shorten a newer one', async () => {
    const by = scope();
    const clearance = await cleared(by);
    now += 2 * minute;
    answer = () => ({ state: 'owned', provedAt: start - minute });
    await by.renew([clearance]);
    expect(clearance.lease.provedAt).toBe(start);
  });

  test('a clearance of another scope is refused', async () => {
    const clearance = await cleared(scope());
    await expect(scope().renew([clearance])).rejects.toMatchObject({ code: 'scope-clearance-foreign' });
    await expect(scope().confirm([{ ...clearance }])).rejects.toMatchObject({
      code: 'scope-clearance-foreign',
    });
  });
});

describe('confirm', () => {
  test('says of each endpoint whether what was seen there counts', async () => {
    const by = scope();
    const endpoints = [1, 2, 3].map((n) => endpointNumber(n));
    const clearances = await Promise.all(endpoints.map((endpoint) => cleared(by, endpoint)));
    answer = ({ address }) =>
      address === '52.95.0.1'
        ? { state: 'owned', provedAt: now }
        : address === '52.95.0.2'
          ? { state: 'moved', reason: 'gone' }
          : { state: 'unknown', reason: 'throttled' };
    const confirmed = await by.confirm(clearances);
    expect([...confirmed.values()]).toEqual(['owned', 'moved', 'unknown']);
    expect([...confirmed.keys()]).toEqual(endpoints.map(({ id }) => id));
    expect(clearances.map(live)).toEqual([true, false, true]);
  });

  test('what moved and came back stays moved', async () => {
    const by = scope();
    const clearance = await cleared(by);
    answer = () => ({ state: 'moved', reason: 'gone' });
    await by.renew([clearance]);
    answer = () => ({ state: 'owned', provedAt: now });
    expect([...(await by.confirm([clearance])).values()]).toEqual(['moved']);
  });

  test('one id at two addresses gets the worse answer', async () => {
    const by = scope();
    const old = await cleared(by, anEndpoint({ address: '52.95.110.1' }));
    const fresh = await cleared(by, anEndpoint({ address: '52.95.110.2' }));
    answer = ({ address }) =>
      address === '52.95.110.1' ? { state: 'moved', reason: 'recycled' } : { state: 'owned', provedAt: now };
    for (const order of [
      [old, fresh],
      [fresh, old],
    ]) {
      expect([...(await by.confirm(order)).values()]).toEqual(['moved']);
    }
  });

  test('a failing reader gives unknown', async () => {
    let fail = false;
    const by = scope({
      ownership: { read: (all) => (fail ? Promise.reject(new Error('down')) : reader.read(all)) },
    });
    const clearance = await cleared(by);
    fail = true;
    expect([...(await by.confirm([clearance])).values()]).toEqual(['unknown']);
  });
});
