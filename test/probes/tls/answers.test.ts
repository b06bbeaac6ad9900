import { describe, expect, it } from 'vitest';
import { factsAt, factsOf, pairs } from './looking.ts';
import { alert, isChosen, record, scriptedTls, serverHello } from './scripted-server.ts';
import { everyday, everydayPairs, mannered, suites, TLS12 } from './scripted-versions.ts';

describe('what is in an answer', () => {
  it('may come after warnings', async () => {
    const answer = mannered(everyday);
    const facts = await factsOf((asked) => {
      const reply = answer(asked);
      if (!isChosen(reply)) return reply;
      return Buffer.concat([alert(112, 1), serverHello(reply)]);
    });
    expect(pairs(facts)).toEqual(everydayPairs);
  });

  it('may be a refusal by a warning', async () => {
    const server = await scriptedTls(mannered({ ...everyday, refusal: { last: alert(40, 1) } }));
    expect(await factsAt(server.port)).toMatchObject({ complete: true });
    const asMany = await scriptedTls(mannered(everyday));
    await factsAt(asMany.port);
    // It is as good as a fatal one: nothing is asked again.
    expect(Math.abs(server.connections() - asMany.connections())).toBeLessThan(8);
  });

  it('may be cut into records of one byte', async () => {
    const answer = mannered({ versions: { [TLS12]: [suites.rsaGcm] } });
    const facts = await factsOf((asked) => {
      const reply = answer(asked);
      if (!isChosen(reply)) return reply;
      const content = serverHello(reply).subarray(5);
      return Buffer.concat([...content].map((byte) => record(Buffer.from([byte]))));
    });
    expect(pairs(facts)).toEqual(['TLSv1.2 TLS_RSA_WITH_AES_128_GCM_SHA256']);
  });

  it('is no acceptance of what was not offered', async () => {
    const facts = await factsOf((asked) =>
      asked.versions !== null && asked.versions.length === 1
        ? 70
        : { version: Math.min(asked.version, TLS12), suite: suites.rsaAes128 },
    );
    expect(new Set(pairs(facts).map((pair) => pair.split(' ')[1]))).toEqual(
      new Set(['TLS_RSA_WITH_AES_128_CBC_SHA']),
    );
  });
});
