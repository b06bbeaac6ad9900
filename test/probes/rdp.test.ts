import { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { connectionRequest } from '../../src/probes/rdp/negotiation.ts';
import rdp from '../../src/probes/rdp.ts';
import { issue } from './certificates.ts';
import { insideStartTls } from './line-server.ts';
import { answering, observe, rawServer } from './probing.ts';

/** Confirmations as xrdp 0.9.21 and FreeRDP's shadow server 2.11 send them. */
const negotiated = (type: number, value: number) =>
  Buffer.from([3, 0, 0, 0x13, 0x0e, 0xd0, 0, 0, 0x12, 0x34, 0, type, 0, 8, 0, value, 0, 0, 0]);
const selected = (protocol: number) => negotiated(2, protocol);
const failed = (code: number) => negotiated(3, code);
/** From before there was a negotiation. */
const confirmed = Buffer.from('0300000b06d00000123400', 'hex');

/** A server that answers a request for these security protocols with these bytes. */
const server = (answers: Readonly<Record<number, Buffer>>) =>
  rawServer((socket) =>
    socket.once('data', (request) => {
      const answer = answers[request[15] ?? -1];
      if (answer !== undefined) socket.write(answer);
    }),
  );

describe('rdp', () => {
  it('sees that network level authentication is required (FreeRDP, /sec:nla)', async () => {
    const { port, received } = await server({ 0: failed(5), 1: failed(5), 3: selected(2) });
    const seen = await observe(rdp, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ securityProtocols: ['nla'], startTlsOffered: true });
    const asked = [3, 1, 0].map(connectionRequest);
    expect(await received()).toEqual(Buffer.concat(asked));
  });

  it('sees that a log-in screen is enough (xrdp, security_layer=negotiate)', async () => {
    const { port } = await server({ 0: selected(0), 1: selected(1), 3: selected(1) });
    const seen = await observe(rdp, port);
    expect(seen.facts).toEqual({ securityProtocols: ['standard', 'tls'], startTlsOffered: true });
  });

  it('sees that TLS is required (xrdp, security_layer=tls)', async () => {
    const { port } = await server({ 0: failed(1), 1: selected(1), 3: selected(1) });
    const seen = await observe(rdp, port);
    expect(seen.facts).toEqual({ securityProtocols: ['tls'], startTlsOffered: true });
  });

  it('sees that there is no TLS (xrdp, security_layer=rdp)', async () => {
    const { port } = await server({ 0: selected(0), 1: selected(0), 3: selected(0) });
    const seen = await observe(rdp, port);
    expect(seen.facts).toEqual({ securityProtocols: ['standard'], startTlsOffered: false });
  });

  it('sees that all three are accepted, as on Windows without the policy', async () => {
    const { port } = await server({ 0: selected(0), 1: selected(1), 3: selected(8) });
    const seen = await observe(rdp, port);
    expect(seen.facts).toEqual({ securityProtocols: ['standard', 'tls', 'nla'], startTlsOffered: true });
  });

  it('asks a server that does not negotiate only once', async () => {
    const old = await answering(confirmed);
    const seen = await observe(rdp, old.port);
    expect(seen.facts).toEqual({ securityProtocols: ['standard'], startTlsOffered: false });
    expect(old.connections()).toBe(1);
  });

  it('names nobody in its requests', () => {
    expect(connectionRequest(3).toString('hex')).toBe('030000130ee000000000000100080003000000');
  });

  it('draws no conclusion when one of its questions stays without an answer', async () => {
    const { port } = await server({ 1: selected(1), 3: selected(1) });
    const seen = await observe(rdp, port, 'plain', { probeDeadlineMs: 300 });
    expect(seen).toMatchObject({ status: 'timed-out', facts: null });
  });

  it('leads to a handshake', async () => {
    const { key, cert } = await issue({ subject: 'CN=desktop' });
    const { port } = await rawServer((socket) =>
      socket.once('data', () => {
        socket.removeAllListeners('data');
        socket.write(selected(1));
        new TLSSocket(socket, { isServer: true, key, cert }).on('error', () => {});
      }),
    );
    const seen = await observe(insideStartTls, port, 'plain', {}, { startTls: rdp });
    expect(seen).toMatchObject({ status: 'answered', facts: { protocol: 'TLSv1.3' } });
  });

  it.each([
    ['declines', failed(2)],
    ['selects its own security', selected(0)],
  ])('leads nowhere when the server %s', async (_what, answer) => {
    const { port } = await answering(answer);
    const seen = await observe(insideStartTls, port, 'plain', {}, { startTls: rdp });
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['an alert of TLS', Buffer.from([0x15, 3, 1, 0, 2, 2, 70])],
    ['a disconnection', Buffer.from('0300000b06800000123400', 'hex')],
    ['a length that is wrong', Buffer.from('0300000b07d00000123400', 'hex')],
    ['a length beyond all bounds', Buffer.from('0300ffff0ed0', 'hex')],
    ['a protocol that was never published', selected(0x40)],
    ['a negotiation that breaks off', Buffer.from('0300000f0ad0000012340002000800', 'hex')],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(rdp, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});
