import { createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { TlsFacts } from '../../src/probes/tls/facts.ts';
import tls from '../../src/probes/tls.ts';
import { defineProbe } from '../../src/scanner/probe.ts';
import { z } from 'zod';
import { listen, observe, rawServer } from './probing.ts';
import { factsAt, pairs } from './tls/looking.ts';
import { scriptedTls } from './tls/scripted-server.ts';
import { mannered, SSL3, suites, TLS10, TLS11, TLS12, TLS13, type Manners } from './tls/scripted-versions.ts';

const factsOf = async (manners: Manners): Promise<TlsFacts> =>
  factsAt((await scriptedTls(mannered(manners))).port);

const modern: Manners = {
  versions: {
    [TLS12]: [suites.ecdheGcm, suites.ecdsaGcm],
    [TLS13]: [suites.aes256Tls13, suites.chachaTls13, suites.aes128Tls13],
  },
  groups: [0x11ec, 29, 23, 24, 256],
};

describe('versions and suites', () => {
  it('finds everything that a modern server accepts, a retry for a group included', async () => {
    const facts = await factsOf(modern);
    expect(pairs(facts)).toEqual([
      'TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
      'TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      'TLSv1.3 TLS_AES_128_GCM_SHA256',
      'TLSv1.3 TLS_AES_256_GCM_SHA384',
      'TLSv1.3 TLS_CHACHA20_POLY1305_SHA256',
    ]);
    expect(facts).toMatchObject({
      startTls: null,
      complete: true,
      incompleteReason: null,
      protocols: ['TLSv1.2', 'TLSv1.3'],
      aeadInTls12: true,
      forwardSecrecy: true,
      postQuantum: true,
      smallestDhBits: null,
      clientOrder: [],
      compression: [],
      secureRenegotiation: true,
      heartbeat: false,
      fallbackRefused: null,
    });
    expect(facts.groups.map(({ protocol, name }) => `${protocol} ${name}`)).toEqual([
      'TLSv1.2 secp256r1',
      'TLSv1.2 secp384r1',
      'TLSv1.2 x25519',
      'TLSv1.3 secp256r1',
      'TLSv1.3 secp384r1',
      'TLSv1.3 x25519',
      'TLSv1.3 ffdhe2048',
      'TLSv1.3 X25519MLKEM768',
    ]);
  });

  it('finds every old version, with suites that differ between them', async () => {
    const facts = await factsOf({
      versions: {
        [SSL3]: [suites.rc4],
        [TLS10]: [suites.tripleDes, suites.dheAes],
        [TLS11]: [suites.rsaAes128, 0x0003],
        [TLS12]: [suites.rsaAes256, 0x003b, suites.anonymous],
      },
      dhBits: 1024,
      clientOrder: true,
      renegotiation: false,
      heartbeat: true,
      compression: 1,
      fallback: false,
    });
    expect(pairs(facts)).toEqual([
      'SSLv3 TLS_RSA_WITH_RC4_128_SHA',
      'TLSv1 TLS_RSA_WITH_3DES_EDE_CBC_SHA',
      'TLSv1 TLS_DHE_RSA_WITH_AES_128_CBC_SHA',
      'TLSv1.1 TLS_RSA_EXPORT_WITH_RC4_40_MD5',
      'TLSv1.1 TLS_RSA_WITH_AES_128_CBC_SHA',
      'TLSv1.2 TLS_DH_anon_WITH_AES_128_CBC_SHA',
      'TLSv1.2 TLS_RSA_WITH_AES_256_CBC_SHA',
      'TLSv1.2 TLS_RSA_WITH_NULL_SHA256',
    ]);
    expect(facts).toMatchObject({
      complete: true,
      nullSuites: ['TLS_RSA_WITH_NULL_SHA256'],
      anonymousSuites: ['TLS_DH_anon_WITH_AES_128_CBC_SHA'],
      exportSuites: ['TLS_RSA_EXPORT_WITH_RC4_40_MD5'],
      rc4Suites: ['TLS_RSA_WITH_RC4_128_SHA', 'TLS_RSA_EXPORT_WITH_RC4_40_MD5'],
      block64Suites: ['TLS_RSA_WITH_3DES_EDE_CBC_SHA'],
      aeadInTls12: false,
      forwardSecrecy: true,
      postQuantum: false,
      groups: [],
      smallestDhBits: 1024,
      clientOrder: ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
      compression: ['DEFLATE'],
      secureRenegotiation: false,
      heartbeat: true,
      fallbackRefused: false,
    });
  });

  it('knows a server that speaks SSL 2.0 by what it shares', async () => {
    const kinds = Buffer.from([0x01, 0x00, 0x80, 0x07, 0x00, 0xc0, 0x7f, 0x7f, 0x7f]);
    const head = Buffer.from([4, 0, 1, 0, 2, 0, 3, 0, kinds.length, 0, 4]);
    const body = Buffer.concat([head, Buffer.from('crt'), kinds, Buffer.from('conn')]);
    const hello = Buffer.concat([Buffer.from([0x80, body.length]), body]);
    const { port } = await scriptedTls(() => Buffer.from([0x80, 3, 0, 0, 1]), { ssl2: hello });
    const facts = await factsAt(port);
    expect(pairs(facts)).toEqual(['SSLv2 SSL_CK_RC4_128_WITH_MD5', 'SSLv2 SSL_CK_DES_192_EDE3_CBC_WITH_MD5']);
    expect(facts).toMatchObject({ protocols: ['SSLv2'], forwardSecrecy: false, complete: true });
    expect(facts).toMatchObject({ rc4Suites: ['SSL_CK_RC4_128_WITH_MD5'], secureRenegotiation: null });

    const withoutKinds = Buffer.from([0x80, 11, 4, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0]);
    const { port: other } = await scriptedTls(mannered(modern), { ssl2: withoutKinds });
    expect((await factsAt(other)).protocols).toEqual(['SSLv2', 'TLSv1.2', 'TLSv1.3']);
  });

  it('is the same from one scan to the next, whatever comes back first', async () => {
    const answer = mannered({
      ...modern,
      versions: { ...modern.versions, [TLS10]: [suites.dheAes, suites.rc4] },
    });
    const { port } = await scriptedTls(answer);
    const first = await factsAt(port);
    expect(await factsAt(port)).toEqual(first);
    expect(await factsAt(port, {}, { socketsPerHost: 1 })).toEqual(first);
  });

  it('asks for the name that the endpoint is looked at by, and only then', async () => {
    const server = await scriptedTls(mannered(modern));
    await factsAt(server.port, { name: 'www.example.org' });
    expect(new Set(server.asked.map(({ name }) => name))).toEqual(new Set(['www.example.org']));
    const nameless = await scriptedTls(mannered(modern));
    await factsAt(nameless.port);
    expect(new Set(nameless.asked.map(({ name }) => name))).toEqual(new Set([null]));
  });

  it('says which STARTTLS led there', async () => {
    const { port } = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('go\n');
        socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 40])));
      });
    });
    const startTls = defineProbe({
      id: 'upgrade',
      title: 'An upgrade',
      transport: 'tcp',
      defaultPorts: [],
      layers: ['plain'],
      facts: z.strictObject({}),
      async startTls(connection) {
        await connection.write('start\n');
        await connection.readUntil('\n', 16);
      },
      run: () => Promise.resolve({}),
    });
    // Even the first hello goes where the client's handshake begins.
    const seen = await observe(tls, port, 'plain', {}, { startTls });
    expect(seen).toMatchObject({ status: 'garbled', detail: expect.stringMatching(/refused every version/) });
  });
});

describe('what it keeps to', () => {
  it('holds at most eight connections, and as few as it is given', async () => {
    const server = await scriptedTls(mannered(modern));
    await factsAt(server.port, {}, { socketsPerHost: 20 });
    expect(server.peak()).toBeLessThanOrEqual(8);
    const narrow = await scriptedTls(mannered(modern));
    expect((await factsAt(narrow.port, {}, { socketsPerHost: 1 })).complete).toBe(true);
    expect(narrow.connections()).toBeLessThan(60);
  });

  it('sends one hello on a connection and nothing else', async () => {
    const server = await scriptedTls(mannered(modern));
    await factsAt(server.port);
    const bytes = await server.received();
    const lengths = server.asked.map(({ length }) => length + 5);
    const ssl2 = bytes.length - lengths.reduce((sum, length) => sum + length, 0);
    expect(server.connections()).toBe(server.asked.length + 1);
    expect(ssl2).toBe(2 + 9 + 10 * 3 + 16);
  });

  it('keeps hellos out of the sizes that some load balancers hang on', async () => {
    const server = await scriptedTls(mannered(modern));
    await factsAt(server.port);
    const sizes = server.asked.filter(({ extensions }) => extensions.has(10)).map(({ length }) => length);
    expect(sizes.length).toBeGreaterThan(10);
    expect(sizes.filter((size) => size >= 256 && size < 512)).toEqual([]);
    expect(sizes).toContain(512);
  });

  it('never asks a server to send heartbeats', async () => {
    const server = await scriptedTls(mannered({ ...modern, heartbeat: true }));
    expect(await factsAt(server.port)).toMatchObject({ heartbeat: true });
    const offers = server.asked.flatMap(({ extensions }) => extensions.get(15) ?? []);
    expect(offers.length).toBeGreaterThan(0);
    expect(offers.every((offer) => offer.equals(Buffer.from([2])))).toBe(true);
  });

  it('completes no handshake', async () => {
    let secured = 0;
    const server = createServer({ ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2' });
    server.on('tlsClientError', () => {}).on('secureConnection', () => (secured += 1));
    const facts = await factsAt(await listen(server));
    expect(facts.anonymousSuites).toEqual(['TLS_ECDH_anon_WITH_AES_128_CBC_SHA']);
    expect(secured).toBe(0);
  });
});
