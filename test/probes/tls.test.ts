import 'reflect-metadata';
import { createServer, type TlsOptions } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import type { TlsFacts } from '../../src/probes/tls/facts.ts';
import tls from '../../src/probes/tls.ts';
import { issue, type CertificateParameters } from './certificates.ts';
import { answering, listen, observe, rawServer } from './probing.ts';

const LEGACY = { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const;

async function serve(options: TlsOptions): Promise<{ port: number; payload: () => Buffer }> {
  const chunks: Buffer[] = [];
  const server = createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => chunks.push(chunk));
  });
  server.on('tlsClientError', () => {});
  return { port: await listen(server), payload: () => Buffer.concat(chunks) };
}

async function factsOf(options: TlsOptions): Promise<TlsFacts> {
  const { port } = await serve(options);
  const seen = await observe(tls, port);
  expect(seen.detail).toBeNull();
  return seen.facts as unknown as TlsFacts;
}

describe('tls versions and suites', () => {
  it('finds exactly the versions that are spoken', async () => {
    const { key, cert } = await issue({ subject: 'CN=x' });
    const modern = await factsOf({ key, cert, minVersion: 'TLSv1.2' });
    expect(modern.protocols).toEqual(['TLSv1.2', 'TLSv1.3']);
    expect(modern.suites.map(({ protocol }) => protocol)).toEqual(['TLSv1.3', 'TLSv1.2']);
    expect(modern.suites.every(({ name }) => name.startsWith('TLS_'))).toBe(true);
    expect(modern).toMatchObject({ forwardSecrecy: true, anonymousSuites: false, nullSuites: false });

    const legacy = await factsOf({ key, cert, ...LEGACY, maxVersion: 'TLSv1.1' });
    expect(legacy.protocols).toEqual(['TLSv1', 'TLSv1.1']);

    const latest = await factsOf({ key, cert, minVersion: 'TLSv1.3' });
    expect(latest.protocols).toEqual(['TLSv1.3']);
  });

  it('tells suites without forward secrecy, authentication and encryption', async () => {
    const { key, cert } = await issue({ subject: 'CN=x', algorithm: 'RSA-2048' });
    const base = { key, cert, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    const staticKey = await factsOf({ ...base, ciphers: 'AES128-GCM-SHA256' });
    expect(staticKey).toMatchObject({ forwardSecrecy: false, anonymousSuites: false, nullSuites: false });
    expect(staticKey.suites).toEqual([{ protocol: 'TLSv1.2', name: 'TLS_RSA_WITH_AES_128_GCM_SHA256' }]);

    const weak = await factsOf({
      ...base,
      ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:AECDH-AES128-SHA:NULL-SHA256:@SECLEVEL=0',
    });
    expect(weak).toMatchObject({ forwardSecrecy: true, anonymousSuites: true, nullSuites: true });
    expect(weak.suites.map(({ name }) => name)).toContain('TLS_RSA_WITH_NULL_SHA256');
  });

  it('describes a server that has only anonymous suites, and so no certificate', async () => {
    const facts = await factsOf({ ...LEGACY, ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0' });
    expect(facts).toMatchObject({
      anonymousSuites: true,
      certificate: null,
      chain: [],
      trustedByPlatform: false,
    });
    expect(facts.protocols).toEqual(['TLSv1.2']);
  });

  it('sends no application data', async () => {
    const { key, cert } = await issue({ subject: 'CN=x' });
    const server = await serve({ key, cert, ...LEGACY });
    await observe(tls, server.port);
    expect(server.payload()).toHaveLength(0);
  });

  it('makes at most nine connections', async () => {
    const { key, cert } = await issue({ subject: 'CN=x', algorithm: 'RSA-2048' });
    let connections = 0;
    const server = createServer({
      key,
      cert,
      ciphers: 'AES128-SHA:@SECLEVEL=0',
      maxVersion: 'TLSv1.2',
    });
    server.on('tlsClientError', () => {}).on('connection', () => (connections += 1));
    await observe(tls, await listen(server));
    expect(connections).toBe(9);
  });

  it('draws no conclusion when the server stops answering halfway', async () => {
    const { key, cert } = await issue({ subject: 'CN=x' });
    const server = createServer({ key, cert });
    server.on('tlsClientError', () => {});
    let connections = 0;
    server.on('connection', (socket) => {
      connections += 1;
      if (connections > 3) socket.destroy();
    });
    await expect(observe(tls, await listen(server))).resolves.toMatchObject({ facts: null });
  });

  it('gives up early on another protocol', async () => {
    const server = await answering('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    await expect(observe(tls, server.port)).resolves.toMatchObject({ status: 'garbled', facts: null });
    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  it('says timed out of a server that swallows everything', async () => {
    const { port } = await rawServer(() => {});
    const seen = await observe(tls, port, 'plain', { probeDeadlineMs: 300 });
    expect(seen).toMatchObject({ status: 'timed-out', facts: null });
  });
});

describe('tls certificates', () => {
  const certificateOf = async (parameters: CertificateParameters) => {
    const { key, cert } = await issue(parameters);
    return factsOf({ key, cert, ciphers: 'DEFAULT:@SECLEVEL=0', maxVersion: 'TLSv1.2' });
  };

  it('describes a self-signed certificate', async () => {
    const notBefore = new Date('2024-01-01T00:00:00Z');
    const notAfter = new Date('2034-01-01T00:00:00Z');
    const facts = await certificateOf({
      subject: 'CN=www.example.com, O=Test',
      notBefore,
      notAfter,
      names: [
        { type: 'dns', value: 'www.example.com' },
        { type: 'dns', value: '*.example.com' },
        { type: 'ip', value: '127.0.0.1' },
      ],
      extensions: [new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.2.3.4'])],
    });
    expect(facts.certificate).toMatchObject({
      subject: 'CN=www.example.com, O=Test',
      issuer: 'CN=www.example.com, O=Test',
      commonName: 'www.example.com',
      serial: '0a1b2c',
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
      matchesAddress: true,
      extendedKeyUsage: ['serverAuth', '1.2.3.4'],
      hasScts: false,
    });
    expect(facts).toMatchObject({ trustedByPlatform: false, chainComplete: true, chainOrdered: true });
    expect(facts.trustError).toMatch(/SELF_SIGNED/);
  });

  it('calls a certificate self-signed although its key usage does not allow it to sign certificates', async () => {
    const facts = await certificateOf({
      subject: 'CN=appliance',
      extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)],
    });
    expect(facts.certificate).toMatchObject({ selfSigned: true, isCa: false });
    expect(facts).toMatchObject({ chainComplete: true, trustedByPlatform: false });
  });

  it('judges expiry, key and hash by themselves', async () => {
    const facts = await certificateOf({
      subject: 'CN=old',
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2021-01-01T00:00:00Z'),
      algorithm: 'RSA-1024',
      hash: 'SHA-1',
    });
    expect(facts.certificate).toMatchObject({
      notAfter: '2021-01-01T00:00:00.000Z',
      selfSigned: true,
      keyType: 'RSA',
      keyBits: 1024,
      curve: null,
      signatureAlgorithm: 'RSA-SHA1',
      signatureHash: 'SHA-1',
      matchesAddress: false,
    });
  });

  it('is the same from one scan to the next', async () => {
    const { key, cert } = await issue({ subject: 'CN=x' });
    const { port } = await serve({ key, cert });
    const first = await observe(tls, port);
    expect((await observe(tls, port)).facts).toEqual(first.facts);
  });

  it('tells complete, incomplete and disordered chains apart', async () => {
    const root = await issue({ subject: 'CN=Root', ca: true });
    const middle = await issue({ subject: 'CN=Middle', issuer: root, ca: true });
    const leaf = await issue({ subject: 'CN=leaf', issuer: middle });
    const chainOf = (...certificates: string[]) => factsOf({ key: leaf.key, cert: certificates.join('\n') });

    const whole = await chainOf(leaf.cert, middle.cert, root.cert);
    expect(whole.chain.map(({ subject }) => subject)).toEqual(['CN=leaf', 'CN=Middle', 'CN=Root']);
    expect(whole.chain.map(({ isCa }) => isCa)).toEqual([false, true, true]);
    expect(whole).toMatchObject({ chainOrdered: true, chainComplete: true, trustedByPlatform: false });
    expect(whole.certificate).toMatchObject({ selfSigned: false, issuer: 'CN=Middle' });

    const alone = await chainOf(leaf.cert);
    expect(alone).toMatchObject({ chainOrdered: true, chainComplete: false });

    const mixed = await chainOf(leaf.cert, root.cert, middle.cert);
    expect(mixed).toMatchObject({ chainOrdered: false, chainComplete: true });
  });
});
