import { describe, expect, it } from 'vitest';
import { factsAt, factsOf, pairs } from './looking.ts';
import {
  alert,
  dhParameters,
  isChosen,
  keyExchangeFlight,
  scriptedTls,
  serverHello,
  type Asked,
  type Reply,
  type Script,
} from './scripted-server.ts';
import {
  everyday,
  everydayPairs,
  mannered,
  suites,
  TLS10,
  TLS12,
  type Manners,
} from './scripted-versions.ts';

// Servers that do not do as the specifications say: each is one that somebody has met.

/** Takes a suite first of all, and then cannot go on with it. */
function failingAt(failing: (suite: number) => boolean, failure: Reply, manners: Manners) {
  const answer = mannered(manners);
  return (asked: Asked): Reply => {
    const reply = answer(asked);
    return asked.version === TLS12 && asked.versions === null && asked.suites.some(failing) ? failure : reply;
  };
}

/** As of a server that has no curve to use with them. */
const isEcdheCbc = (suite: number): boolean =>
  [0xc009, 0xc00a, 0xc013, 0xc014, 0xc027, 0xc028].includes(suite);

describe('a server that chooses a suite and then fails', () => {
  const versions = { ...everyday.versions, [TLS12]: [suites.rsaGcm, suites.rsaAes128, suites.tripleDes] };
  const others = everydayPairs.filter((pair) => !pair.includes('ECDHE'));

  it.each(['hang-up', 'reset', 80] as const)('by %s has all its other suites found', async (failure) => {
    const facts = await factsOf(failingAt(isEcdheCbc, failure, { versions }));
    expect(pairs(facts)).toEqual(others);
    expect(facts).toMatchObject({ complete: true, incompleteReason: null });
  });

  it('has them found also when hanging up is how it refuses', async () => {
    const mute: Manners = { versions, refusal: 'hang-up', versionRefusal: 'hang-up' };
    const facts = await factsOf(failingAt(isEcdheCbc, 'hang-up', mute));
    expect(pairs(facts)).toEqual(others);
    expect(facts.complete).toBe(true);
  });

  it('has those of the same kind found that it does not fail at', async () => {
    const camellia = { versions: { [TLS12]: [suites.rsaGcm, 0x0045] } };
    const flight = keyExchangeFlight(dhParameters(2048));
    const answer = failingAt((suite) => suite === 0x0033, 'hang-up', camellia);
    const facts = await factsOf((asked) => {
      const reply = answer(asked);
      return isChosen(reply) && reply.suite === 0x0045 ? { ...reply, flight } : reply;
    });
    expect(pairs(facts)).toEqual([
      'TLSv1.2 TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA',
      'TLSv1.2 TLS_RSA_WITH_AES_128_GCM_SHA256',
    ]);
    expect(facts.smallestDhBits).toBe(2048);
  });

  it('is not taken at its word when it breaks off after the ServerHello', async () => {
    const answer = mannered({ versions: { [TLS12]: [suites.dheAes, suites.rsaGcm] } });
    const cut = (reply: Reply): Reply => {
      if (!isChosen(reply) || reply.suite !== suites.dheAes) return reply;
      return serverHello({ ...reply, flight: [] });
    };
    const { port } = await scriptedTls((asked) => {
      const reply = cut(answer(asked));
      return Buffer.isBuffer(reply) ? Buffer.concat([reply, alert(80)]) : reply;
    });
    expect(pairs(await factsAt(port))).toEqual(['TLSv1.2 TLS_RSA_WITH_AES_128_GCM_SHA256']);
  });
});

describe('a server that refuses by hanging up', () => {
  it('is told apart in few questions', async () => {
    const server = await scriptedTls(
      mannered({ ...everyday, refusal: 'hang-up', versionRefusal: 'hang-up' }),
    );
    const facts = await factsAt(server.port);
    expect(pairs(facts)).toEqual(everydayPairs);
    expect(facts).toMatchObject({ complete: true, fallbackRefused: null });
    expect(server.connections()).toBeLessThan(90);
  });

  it('heeds the signal of a fallback if only that makes it hang up', async () => {
    const versions = { [TLS10]: [suites.rsaAes128], [TLS12]: [suites.rsaAes128] };
    const answer = mannered({ versions, refusal: 'hang-up' });
    const heeding = await factsOf((asked) => (asked.suites.includes(0x5600) ? 'hang-up' : answer(asked)));
    expect(heeding).toMatchObject({ complete: true, fallbackRefused: true });
  });

  it('may do so for versions only by staying silent', async () => {
    const facts = await factsOf(mannered({ ...everyday, versionRefusal: 'silence' }), { ssl2: 'silence' });
    expect(pairs(facts)).toEqual(everydayPairs);
    expect(facts).toMatchObject({ complete: true, protocols: ['TLSv1.2', 'TLSv1.3'] });
  });
});

describe('a server that does not stand', () => {
  it.each([50, 47, 'hang-up'] as const)('extensions (%s) is asked without', async (complaint) => {
    const versions = { [TLS10]: [suites.rsaAes128, suites.rc4] };
    const answer = mannered({ versions });
    const facts = await factsOf((asked) => (asked.extensions.size > 0 ? complaint : answer(asked)));
    expect(pairs(facts)).toEqual(['TLSv1 TLS_RSA_WITH_RC4_128_SHA', 'TLSv1 TLS_RSA_WITH_AES_128_CBC_SHA']);
    expect(facts).toMatchObject({ complete: true, secureRenegotiation: true, heartbeat: false });
  });

  it('many suites at once is asked for fewer', async () => {
    const answer = mannered(everyday);
    const facts = await factsOf((asked) => (asked.suites.length > 64 ? 'hang-up' : answer(asked)));
    expect(pairs(facts)).toEqual(everydayPairs);
    expect(facts.complete).toBe(true);
  });

  it('TLS 1.3 without a key is asked with one, and then its groups are not known', async () => {
    const answer = mannered(everyday);
    const facts = await factsOf((asked) => {
      const share = asked.extensions.get(51);
      if (share?.length === 2 && asked.versions?.length === 1) return 'hang-up';
      return share?.length === 2
        ? mannered({ versions: { [TLS12]: [suites.rsaGcm] } })({ ...asked, versions: [TLS12] })
        : answer(asked);
    });
    expect(facts.protocols).toEqual(['TLSv1.2', 'TLSv1.3']);
    expect(facts).toMatchObject({ complete: false, postQuantum: false });
    expect(facts.incompleteReason).toMatch(/which groups it has cannot be told/);
  });

  it('many connections at once is asked with few', async () => {
    const answer = mannered(everyday);
    let turnedAway = 0;
    const crowded: Script = (asked, _count, open) => {
      if (open <= 5) return answer(asked);
      turnedAway += 1;
      return 'hang-up';
    };
    const facts = await factsOf(crowded, { delayMs: 5 });
    expect(turnedAway).toBeGreaterThan(0);
    expect(pairs(facts)).toEqual(everydayPairs);
    expect(facts.complete).toBe(true);
  });
});
