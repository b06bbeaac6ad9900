import type { SecureVersion } from 'node:tls';
import { expect, it } from 'vitest';
import type { TlsFacts } from '../../../src/probes/tls/facts.ts';
import { describeWith } from '../../support/requires.ts';
import { issue } from '../certificates.ts';
import { factsAt, pairs } from './looking.ts';
import { handshake, opensslServer, opensslSuites } from './openssl-server.ts';

// What is found at OpenSSL's own server, against what OpenSSL's own client can agree on with it, one suite at a time.

async function truthAt(port: number, old: readonly SecureVersion[], ciphers: string): Promise<string[]> {
  const agreed: (string | null)[] = [];
  for (const version of old) {
    for (const name of await opensslSuites(ciphers)) {
      agreed.push(await handshake(port, version, { ciphers: `${name}:@SECLEVEL=0` }));
    }
  }
  for (const suite of ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']) {
    agreed.push(await handshake(port, 'TLSv1.3', { ciphers: suite }));
  }
  return agreed.filter((pair) => pair !== null).toSorted();
}

const sortedPairs = (facts: TlsFacts): string[] => pairs(facts).toSorted();

const everything = 'ALL:COMPLEMENTOFALL:!PSK:!SRP:@SECLEVEL=0';

describeWith('openssl', 'openssl s_server', () => {
  it('has all suites of all its versions found', async () => {
    const identities = [
      await issue({ subject: 'CN=rsa', algorithm: 'RSA-2048' }),
      await issue({ subject: 'CN=ec' }),
    ];
    const port = await opensslServer(identities, ['-cipher', everything, '-min_protocol', 'TLSv1']);
    const facts = await factsAt(port);
    const truth = await truthAt(port, ['TLSv1', 'TLSv1.1', 'TLSv1.2'], everything);
    expect(truth.length).toBeGreaterThan(90);
    expect(sortedPairs(facts)).toEqual(truth);
    expect(facts).toMatchObject({
      complete: true,
      protocols: ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'],
      clientOrder: ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
      compression: [],
      secureRenegotiation: true,
      heartbeat: false,
      fallbackRefused: true,
      // It takes a group by the strength of the suite where no certificate gives the measure.
      smallestDhBits: 1024,
    });
  }, 60_000);

  it('has its order found when that decides', async () => {
    const port = await opensslServer(
      [await issue({ subject: 'CN=rsa', algorithm: 'RSA-2048' })],
      ['-serverpref'],
    );
    const facts = await factsAt(port);
    expect(sortedPairs(facts)).toEqual(await truthAt(port, ['TLSv1.2'], 'ALL:!PSK:!SRP'));
    expect(facts).toMatchObject({ clientOrder: [], fallbackRefused: null, complete: true });
  }, 60_000);

  it('has exactly the groups found that it was given', async () => {
    const identity = await issue({ subject: 'CN=rsa', algorithm: 'RSA-2048' });
    const options = ['-curves', 'sect283k1:P-224:X25519:P-384', '-cipher', 'ECDHE:@SECLEVEL=0'];
    const { groups } = await factsAt(await opensslServer([identity], options));
    expect(groups.map(({ protocol, name }) => `${protocol} ${name}`)).toEqual([
      'TLSv1.2 sect283k1',
      'TLSv1.2 secp224r1',
      'TLSv1.2 secp384r1',
      'TLSv1.2 x25519',
      'TLSv1.3 secp384r1',
      'TLSv1.3 x25519',
    ]);
  });

  it('has the groups found beside the curve that its ECDSA certificate is on', async () => {
    const { groups } = await factsAt(await opensslServer([await issue({ subject: 'CN=ec' })], []));
    const old = groups.filter(({ protocol }) => protocol === 'TLSv1.2').map(({ name }) => name);
    expect(old).toEqual(['secp256r1', 'secp384r1', 'secp521r1', 'x25519', 'x448']);
  });

  it('is enumerated though it wants a certificate of the client', async () => {
    const identity = await issue({ subject: 'CN=ec' });
    const asking = await factsAt(await opensslServer([identity], ['-Verify', '1']));
    expect(asking).toEqual(await factsAt(await opensslServer([identity], [])));
  });

  it('may have no certificate at all', async () => {
    const port = await opensslServer([], ['-cipher', 'aNULL:@SECLEVEL=0', '-min_protocol', 'TLSv1']);
    const facts = await factsAt(port);
    expect(sortedPairs(facts)).toEqual(
      await truthAt(port, ['TLSv1', 'TLSv1.1', 'TLSv1.2'], 'aNULL:!PSK:!SRP'),
    );
    expect(facts.anonymousSuites).toEqual([...new Set(facts.suites.map(({ name }) => name))]);
    expect(facts).toMatchObject({ forwardSecrecy: false, complete: true });
  });
});
