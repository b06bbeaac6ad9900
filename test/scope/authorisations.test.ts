import { describe, expect, test } from 'vitest';
import { authorise } from '../../src/scope/authorisations.ts';
import { anAuthorisation, anEndpoint, start } from './endpoints.ts';

function reason(...args: Parameters<typeof authorise>): string {
  const answer = authorise(...args);
  if (answer.authorised) throw new Error(`authorised by ${answer.authorisation.id}`);
  return answer.reason;
}

describe('authorise', () => {
  test.each([
    [{}, true],
    [{ accounts: ['111122223333'] }, true],
    [{ accounts: ['444455556666'] }, false],
    [{ accounts: [] }, false],
    [{ accounts: ['444455556666', '111122223333'], regions: ['eu-west-1'] }, true],
    [{ accounts: ['111122223333'], regions: ['us-east-1'] }, false],
    [{ instances: ['i-0000000000000001'] }, true],
    [{ instances: ['i-0000000000000002'] }, false],
    [{ cidrs: ['52.95.0.0/16'] }, true],
    [{ cidrs: ['10.0.0.0/8', '2a05::/16'] }, false],
    [{ cidrs: ['nonsense'] }, false],
    [{ tags: { env: 'prod' } }, true],
    [{ tags: { env: 'test' } }, false],
    [{ tags: { env: 'prod', team: 'db' } }, false],
    [{ tags: { constructor: 'x' } }, false],
    [{ tags: { env: 'prod' }, cidrs: ['52.95.110.1/32'], regions: ['eu-west-1', 'eu-west-2'] }, true],
  ])('%j covers the endpoint: %s', (covers, expected) => {
    expect(authorise([anAuthorisation({ covers })], anEndpoint(), start).authorised).toBe(expected);
  });

  test('an endpoint without an instance is not covered by instances', () => {
    const covers = { instances: ['i-0000000000000001'] };
    expect(authorise([anAuthorisation({ covers })], anEndpoint({ instanceId: null }), start).authorised).toBe(
      false,
    );
  });

  test('from is inclusive, until is exclusive', () => {
    const one = anAuthorisation({ from: '2026-06-01T00:00:00Z', until: '2026-06-02T00:00:00Z' });
    const at = (ms: number): boolean => authorise([one], anEndpoint(), start + ms).authorised;
    expect([at(-1), at(0), at(86_399_999), at(86_400_000)]).toEqual([false, true, true, false]);
  });

  test('of several, the one that ends last', () => {
    const answer = authorise(
      [
        anAuthorisation({ id: 'short', until: '2026-06-02T00:00:00Z' }),
        anAuthorisation({ id: 'long', until: '2026-12-01T00:00:00Z' }),
        anAuthorisation({ id: 'expired', until: '2026-05-01T00:00:00Z' }),
      ],
      anEndpoint(),
      start,
    );
    expect(answer).toMatchObject({ authorised: true, authorisation: { id: 'long' } });
  });

  test('the reason names the nearest authorisation', () => {
    expect(reason([], anEndpoint(), start)).toBe('there is no authorisation at all');
    expect(reason([anAuthorisation({ until: '2026-05-01T00:00:00Z' })], anEndpoint(), start)).toBe(
      'the authorisation web-fleet (ticket SEC-1) expired at 2026-05-01T00:00:00Z',
    );
    expect(reason([anAuthorisation({ from: '2026-07-01T00:00:00Z' })], anEndpoint(), start)).toBe(
      'the authorisation web-fleet (ticket SEC-1) is not valid before 2026-07-01T00:00:00Z',
    );
    const past = anAuthorisation({ id: 'past', until: '2026-05-31T00:00:00Z' });
    const longPast = anAuthorisation({ id: 'long-past', until: '2026-02-01T00:00:00Z' });
    expect(reason([longPast, past], anEndpoint(), start)).toContain('past (ticket');
    const far = anAuthorisation({
      id: 'far',
      covers: { accounts: ['444455556666'], regions: ['us-east-1'] },
    });
    const near = anAuthorisation({ id: 'near', covers: { regions: ['us-east-1'] } });
    expect(reason([far, near], anEndpoint(), start)).toBe(
      'no authorisation covers it; the nearest, near (ticket SEC-1), does not cover Region eu-west-1',
    );
  });

  test('dates that cannot be read never authorise', () => {
    expect(reason([anAuthorisation({ until: 'for ever' })], anEndpoint(), start)).toContain(
      'no readable dates',
    );
    expect(reason([anAuthorisation({ from: 'always' })], anEndpoint(), start)).toContain('no readable dates');
  });
});
