import 'reflect-metadata';
import { createServer as createPlainServer } from 'node:net';
import { createSecureContext, createServer, type TlsOptions } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import certificate from '../../src/probes/certificate.ts';
import type { CertificateFacts } from '../../src/probes/certificate/facts.ts';
import { defineProbe } from '../../src/scanner/probe.ts';
import { issue, type CertificateParameters, type Identity } from './certificates.ts';
import { listen, observe, rawServer, type ProbingExtra } from './probing.ts';

const platform = vi.hoisted(() => ({ roots: [] as string[] }));
vi.mock('../../src/scanner/platform-roots.ts', () => ({ platformRoots: () => platform.roots }));

// A public authority of our own, and a private one.
let publicRoot: Identity;
let publicIssuer: Identity;
let privateRoot: Identity;
let privateIssuer: Identity;

beforeAll(async () => {
  publicRoot = await issue({ subject: 'CN=Public Root', ca: true });
  publicIssuer = await issue({ subject: 'CN=Public Issuer', issuer: publicRoot, ca: true });
  privateRoot = await issue({ subject: 'CN=Private Root, O=Corp', ca: true });
  privateIssuer = await issue({ subject: 'CN=Private Issuer, O=Corp', issuer: privateRoot, ca: true });
  platform.roots.push(publicRoot.cert);
});

const OLD = { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const;

async function serve(options: TlsOptions): Promise<{ port: number; payload: () => Buffer }> {
  const chunks: Buffer[] = [];
  const server = createServer({ ...OLD, ...options }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => chunks.push(chunk));
  });
  server.on('tlsClientError', () => {});
  return { port: await listen(server), payload: () => Buffer.concat(chunks) };
}

async function factsOf(options: TlsOptions, extra: ProbingExtra = {}): Promise<CertificateFacts> {
  const { port } = await serve(options);
  const seen = await observe(certificate, port, 'plain', {}, extra);
  expect(seen.detail).toBeNull();
  return seen.facts as unknown as CertificateFacts;
}

/** What is seen of a server with this certificate, which sends the others after it. */
async function served(
  { key, cert }: Identity,
  others: readonly Identity[] = [],
  extra: ProbingExtra = {},
): Promise<CertificateFacts> {
  return factsOf({ key, cert: [cert, ...others.map((other) => other.cert)].join('\n') }, extra);
}

const alone = async (parameters: CertificateParameters) => served(await issue(parameters));
const scts = () => new x509.Extension('1.3.6.1.4.1.11129.2.4.2', false, new Uint8Array([4, 2, 0, 0]));

describe('the server’s own certificate', () => {
  it('is described', async () => {
    const facts = await alone({
      subject: 'CN=www.example.com, O=Test',
      notBefore: new Date('2024-01-01T00:00:00Z'),
      notAfter: new Date('2034-01-01T00:00:00Z'),
      names: [
        { type: 'dns', value: 'www.example.com' },
        { type: 'dns', value: '*.example.com' },
        { type: 'ip', value: '127.0.0.1' },
      ],
      extensions: [new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.2.3.4'])],
    });
    expect(facts.certificate).toEqual({
      subject: 'CN=www.example.com, O=Test',
      issuer: 'CN=www.example.com, O=Test',
      commonName: 'www.example.com',
      serial: '0a1b2c',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      publicKeySha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      notBefore: '2024-01-01T00:00:00.000Z',
      notAfter: '2034-01-01T00:00:00.000Z',
      validityDays: 3653,
      selfSigned: true,
      isCa: false,
      keyType: 'EC',
      keyBits: 256,
      curve: 'P-256',
      signatureAlgorithm: 'ECDSA-SHA256',
      signatureHash: 'SHA-256',
      dnsNames: ['www.example.com', '*.example.com'],
      ipAddresses: ['127.0.0.1'],
      coversName: null,
      extendedKeyUsage: ['serverAuth', '1.2.3.4'],
      hasScts: false,
    });
  });

  it('has its dates, key and hash judged apart', async () => {
    const facts = await alone({
      subject: 'CN=old',
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2021-01-01T00:00:00Z'),
      algorithm: 'RSA-1024',
      hash: 'SHA-1',
    });
    expect(facts.certificate).toMatchObject({
      notAfter: '2021-01-01T00:00:00.000Z',
      keyType: 'RSA',
      keyBits: 1024,
      curve: null,
      signatureAlgorithm: 'RSA-SHA1',
      signatureHash: 'SHA-1',
    });
    expect(facts.trust).toBe('self-signed');
  });

  it('is the same from one scan to the next, and gets no application data', async () => {
    const { key, cert } = await issue({ subject: 'CN=x' });
    const server = await serve({ key, cert });
    const first = await observe(certificate, server.port);
    expect((await observe(certificate, server.port)).facts).toEqual(first.facts);
    expect(server.payload()).toHaveLength(0);
  });
});

describe('who vouches for it', () => {
  const leaf = (issuer: Identity, extra: Partial<CertificateParameters> = {}) =>
    issue({ subject: 'CN=leaf', issuer, names: [{ type: 'dns', value: 'leaf.example' }], ...extra });

  it('is the platform, with and without the root, in any order', async () => {
    const own = await leaf(publicIssuer);
    const whole = await served(own, [publicIssuer, publicRoot]);
    expect(whole).toMatchObject({ trust: 'platform', pathEnd: 'CN=Public Root', chainOrdered: true });
    expect(whole.chain.map(({ onPath }) => onPath)).toEqual([true, true, true]);
    const usual = await served(own, [publicIssuer]);
    expect(usual).toMatchObject({ trust: 'platform', chainOrdered: true });
    const mixed = await served(own, [publicRoot, publicIssuer]);
    expect(mixed).toMatchObject({ trust: 'platform', chainOrdered: false });
  });

  it('is the platform although a date has passed; that is told by itself', async () => {
    const notBefore = new Date('2020-01-01T00:00:00Z');
    const notAfter = new Date('2021-01-01T00:00:00Z');
    const expired = await served(await leaf(publicIssuer, { notBefore, notAfter }), [publicIssuer]);
    expect(expired).toMatchObject({ trust: 'platform', pathNotAfter: '2021-01-01T00:00:00.000Z' });

    const oldIssuer = await issue({ subject: 'CN=Old', issuer: publicRoot, ca: true, notBefore, notAfter });
    const own = await leaf(oldIssuer);
    const above = await served(own, [oldIssuer]);
    expect(above).toMatchObject({ trust: 'platform', pathNotAfter: '2021-01-01T00:00:00.000Z' });
    expect(above.certificate?.notAfter).not.toBe('2021-01-01T00:00:00.000Z');
  });

  it('is the operator where the operator says so, at a root, an intermediate or the certificate itself', async () => {
    const own = await leaf(privateIssuer);
    const atRoot = await served(own, [privateIssuer], { trustedCas: [privateRoot.cert] });
    expect(atRoot).toMatchObject({ trust: 'operator', pathEnd: 'CN=Private Root, O=Corp' });
    const atIssuer = await served(own, [], { trustedCas: [publicRoot.cert, privateIssuer.cert] });
    expect(atIssuer).toMatchObject({ trust: 'operator', pathEnd: 'CN=Private Issuer, O=Corp' });
    const appliance = await issue({ subject: 'CN=appliance' });
    const pinned = await served(appliance, [], { trustedCas: [appliance.cert] });
    expect(pinned).toMatchObject({ trust: 'operator', certificate: { selfSigned: true } });
  });

  it('is nobody but itself', async () => {
    const facts = await alone({
      subject: 'CN=appliance',
      extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)],
    });
    expect(facts).toMatchObject({ trust: 'self-signed', pathEnd: 'CN=appliance' });
    expect(facts.certificate).toMatchObject({ selfSigned: true, isCa: false });
  });

  it('is an authority that nobody knows, whether its root is sent or not', async () => {
    const own = await leaf(privateIssuer);
    const unknown = { trust: 'unknown-authority', pathEnd: 'CN=Private Root, O=Corp' };
    expect(await served(own, [privateIssuer, privateRoot])).toMatchObject(unknown);
    expect(await served(own, [privateIssuer])).toMatchObject(unknown);
    // A private root may issue the certificate itself, so nothing need be missing here.
    expect(await served(await leaf(privateRoot))).toMatchObject(unknown);
    expect(await served(own)).toMatchObject({
      trust: 'unknown-authority',
      pathEnd: 'CN=Private Issuer, O=Corp',
    });
  });

  it('cannot be told because an intermediate is missing', async () => {
    const missing = { trust: 'incomplete', pathEnd: 'CN=Public Issuer' };
    expect(await served(await leaf(publicIssuer, { extensions: [scts()] }))).toMatchObject(missing);
    const policy = new x509.CertificatePolicyExtension(['1.3.6.1.4.1.1.1', '2.23.140.1.2.2']);
    expect(await served(await leaf(publicIssuer, { extensions: [policy] }))).toMatchObject(missing);
    // The operator has said by whom certificates are issued here.
    const own = await served(await leaf(privateIssuer), [], { trustedCas: [privateRoot.cert] });
    expect(own).toMatchObject({ trust: 'incomplete', pathEnd: 'CN=Private Issuer, O=Corp' });
    // What was sent beside it is of no help.
    const beside = await leaf(publicIssuer, { extensions: [scts()] });
    const helpless = await served(beside, [privateIssuer]);
    expect(helpless).toMatchObject({ ...missing, chainOrdered: false });
    expect(helpless.chain.map(({ onPath }) => onPath)).toEqual([true, false]);
  });

  it('is nobody through one that may not issue, or not so far down', async () => {
    const noAuthority = await issue({ subject: 'CN=Other Leaf', issuer: publicIssuer });
    const own = await leaf(noAuthority);
    const forged = await served(own, [noAuthority, publicIssuer]);
    expect(forged).toMatchObject({ trust: 'unknown-authority', pathEnd: 'CN=Other Leaf' });

    const low = await issue({ subject: 'CN=Low', issuer: publicRoot, ca: true, pathLength: 0 });
    const lower = await issue({ subject: 'CN=Lower', issuer: low, ca: true });
    expect(await served(await leaf(low), [low])).toMatchObject({ trust: 'platform' });
    expect(await served(await leaf(lower), [lower, low])).toMatchObject({
      trust: 'unknown-authority',
      pathEnd: 'CN=Low',
    });
  });

  it('is nobody when the name is right and the signature is not', async () => {
    const twin = await issue({ subject: 'CN=Public Issuer', issuer: privateRoot, ca: true });
    const facts = await served(await leaf(twin), [publicIssuer]);
    expect(facts).toMatchObject({ trust: 'unknown-authority', pathEnd: 'CN=Public Issuer' });
  });
});

describe('names', () => {
  const own = () =>
    issue({
      subject: 'CN=a.example',
      names: ['a.example', '*.b.example'].map((value) => ({ type: 'dns', value })),
    });
  const covers = async (identity: Identity, name: string | null) =>
    (await served(identity, [], { name })).certificate?.coversName;

  it.each([
    ['a.example', true],
    ['A.Example', true],
    ['x.b.example', true],
    ['x.y.b.example', false],
    ['b.example', false],
    ['c.example', false],
  ])('asked for %s: %j', async (name, expected) => {
    expect(await covers(await own(), name)).toBe(expected);
  });

  it('nobody can tell of names when none is known, only of a lack of names', async () => {
    expect(await covers(await own(), null)).toBeNull();
    expect(await covers(await issue({ subject: 'CN=only a common name' }), null)).toBeNull();
    const at = (value: string) => issue({ subject: 'CN=x', names: [{ type: 'ip', value }] });
    expect(await covers(await at('127.0.0.1'), null)).toBe(true);
    expect(await covers(await at('192.0.2.1'), null)).toBe(false);
  });

  it('a common name counts where there is nothing else', async () => {
    expect(await covers(await issue({ subject: 'CN=a.example' }), 'a.example')).toBe(true);
    const beside = await issue({ subject: 'CN=a.example', names: [{ type: 'dns', value: 'b.example' }] });
    expect(await covers(beside, 'a.example')).toBe(false);
  });

  it('are asked for, and the certificate of that name is the one that is seen', async () => {
    const [first, second] = [await issue({ subject: 'CN=default' }), await own()];
    const asked: string[] = [];
    const options: TlsOptions = {
      key: first.key,
      cert: first.cert,
      SNICallback: (name, callback) => {
        asked.push(name);
        callback(null, createSecureContext({ key: second.key, cert: second.cert }));
      },
    };
    expect((await factsOf(options)).certificate?.commonName).toBe('default');
    expect((await factsOf(options, { name: 'a.example' })).certificate?.commonName).toBe('a.example');
    expect(asked).toEqual(['a.example']);
    // Where it has to be read in the clear, too.
    const wants = { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' } as const;
    const strict = await factsOf({ ...options, ...wants, ca: privateRoot.cert }, { name: 'a.example' });
    expect(strict.certificate?.commonName).toBe('a.example');
  });
});

describe('a server with which no handshake can be completed', () => {
  it('shows its certificate before it asks for the client’s', async () => {
    const own = await issue({ subject: 'CN=strict', issuer: publicIssuer });
    const cert = `${own.cert}\n${publicIssuer.cert}`;
    const wants = { requestCert: true, rejectUnauthorized: true, ca: privateRoot.cert };
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const facts = await factsOf({ key: own.key, cert, ...wants, maxVersion });
      expect(facts).toMatchObject({ trust: 'platform', certificate: { commonName: 'strict' } });
      expect(facts.chain).toHaveLength(2);
    }
  });

  it('shows it in SSL 3.0 too', async () => {
    const { certificate: own } = await issue({ subject: 'CN=ancient' });
    const { port, received } = await rawServer((socket) => {
      socket.on('data', (hello) => {
        // The version within the hello; a server of that age has an alert for all others.
        if (hello.readUInt16BE(9) > 0x0300) socket.end(Buffer.from([21, 3, 0, 0, 2, 2, 40]));
        else socket.write(ssl3Flight(Buffer.from(own.rawData)));
      });
    });
    const seen = await observe(certificate, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toMatchObject({ trust: 'self-signed', certificate: { commonName: 'ancient' } });
    expect((await received()).length).toBeGreaterThan(0);
  });

  it('may have none at all', async () => {
    const facts = await factsOf({ maxVersion: 'TLSv1.2', ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0' });
    expect(facts).toEqual({
      certificate: null,
      chain: [],
      chainOrdered: true,
      trust: 'no-certificate',
      pathEnd: null,
      pathNotAfter: null,
    });
  });

  it('may have a suite that only its certificate can be seen with', async () => {
    const own = await issue({ subject: 'CN=null', algorithm: 'RSA-2048' });
    const facts = await factsOf({
      key: own.key,
      cert: own.cert,
      maxVersion: 'TLSv1.2',
      ciphers: 'NULL-SHA256:AECDH-AES128-SHA:@SECLEVEL=0',
    });
    expect(facts.certificate?.commonName).toBe('null');
  });

  it('is no fact', async () => {
    const refusing = await rawServer((socket) => {
      socket.on('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 40])));
    });
    expect(await observe(certificate, refusing.port)).toMatchObject({ status: 'garbled', facts: null });
    const silent = await rawServer(() => {});
    const seen = await observe(certificate, silent.port, 'plain', { probeDeadlineMs: 300 });
    expect(seen).toMatchObject({ status: 'timed-out', facts: null });
  });
});

describe('after STARTTLS', () => {
  const upgrading = defineProbe({
    id: 'upgrading',
    title: 'Something with an upgrade',
    transport: 'tcp',
    defaultPorts: [],
    layers: ['plain'],
    facts: z.strictObject({}),
    startTls: async (connection) => {
      await connection.write('STARTTLS\n');
      await connection.readUntil('\n', 16);
    },
    run: () => Promise.resolve({}),
  });

  it.each([['TLSv1.3'], ['TLSv1.2']] as const)(
    'nothing is different, with %s and a server that wants a certificate of the client',
    async (maxVersion) => {
      const { key, cert } = await issue({ subject: 'CN=mail' });
      const wants = { requestCert: true, rejectUnauthorized: true, ca: privateRoot.cert };
      const inner = createServer({ key, cert, ...wants, maxVersion }).on('tlsClientError', () => {});
      const port = await listen(
        createPlainServer((socket) => {
          socket.once('data', () => {
            socket.write('go\n');
            inner.emit('connection', socket);
          });
        }),
      );
      const seen = await observe(certificate, port, 'plain', {}, { startTls: upgrading });
      expect(seen.detail).toBeNull();
      expect(seen.facts).toMatchObject({ certificate: { commonName: 'mail' }, trust: 'self-signed' });
    },
  );
});

/** ServerHello with RC4 and MD5, and a Certificate, each in a record of its own. */
function ssl3Flight(der: Buffer): Buffer {
  const uint24 = (value: number) => Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff]);
  const message = (type: number, body: Buffer) =>
    Buffer.concat([Buffer.from([type]), uint24(body.length), body]);
  const record = (body: Buffer) =>
    Buffer.concat([Buffer.from([22, 3, 0, body.length >> 8, body.length & 0xff]), body]);
  const hello = Buffer.concat([Buffer.from([3, 0]), Buffer.alloc(32, 1), Buffer.from([0, 0, 4, 0])]);
  const entry = Buffer.concat([uint24(der.length), der]);
  return Buffer.concat([
    record(message(2, hello)),
    record(message(11, Buffer.concat([uint24(entry.length), entry]))),
  ]);
}
