import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes } from 'aedes';
import { describe, expect, it, onTestFinished } from 'vitest';
import mqtt, { connectPacket } from '../../src/probes/mqtt.ts';
import { issue } from './certificates.ts';
import { answering, listen, observe, rawServer } from './probing.ts';

async function broker(anonymous: boolean) {
  const subscriptions: string[] = [];
  const clients: string[] = [];
  const aedes = await Aedes.createBroker({
    authenticate: (_client, username, _password, done) => {
      if (anonymous || username !== undefined) return done(null, true);
      done(Object.assign(new Error('no'), { returnCode: 5 as const }), false);
    },
  });
  aedes.on('client', ({ id }) => clients.push(id));
  aedes.on('subscribe', (_all, { id }) => subscriptions.push(id));
  onTestFinished(() => new Promise<void>((resolve) => aedes.close(() => resolve())));
  return { aedes, subscriptions, clients };
}

describe('mqtt', () => {
  it('sees a broker that lets anybody in, and subscribes to nothing', async () => {
    const { aedes, clients, subscriptions } = await broker(true);
    const port = await listen(createServer(aedes.handle));
    const seen = await observe(mqtt, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: false, returnCode: 0, anonymousAccepted: true });
    expect(clients).toHaveLength(1);
    expect(subscriptions).toHaveLength(0);
  });

  it('sees a broker that wants credentials', async () => {
    const { aedes } = await broker(false);
    const port = await listen(createServer(aedes.handle));
    const seen = await observe(mqtt, port);
    expect(seen.facts).toEqual({ encrypted: false, returnCode: 5, anonymousAccepted: false });
  });

  it('speaks inside TLS', async () => {
    const { aedes } = await broker(true);
    const { key, cert } = await issue({ subject: 'CN=broker' });
    const port = await listen(createTlsServer({ key, cert }, aedes.handle));
    const seen = await observe(mqtt, port, 'tls');
    expect(seen.facts).toEqual({ encrypted: true, returnCode: 0, anonymousAccepted: true });
  });

  it('sends CONNECT without credentials under another id each time, then DISCONNECT', async () => {
    const server = await rawServer((socket) =>
      socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 0]))),
    );
    await observe(mqtt, server.port);
    await observe(mqtt, server.port);
    const sent = await server.received();
    const length = 2 + (sent[1] ?? 0) + 2;
    expect(sent).toHaveLength(2 * length);
    // Flags of the variable header: clean session alone, so no will, user name or password.
    expect(sent[9]).toBe(0x02);
    expect(sent.subarray(length - 2, length)).toEqual(Buffer.from([0xe0, 0]));
    expect(sent.subarray(0, length)).not.toEqual(sent.subarray(length));
  });

  it.each([
    ['another version', [0x20, 2, 0, 1]],
    ['another id', [0x20, 2, 0, 2]],
    ['patience', [0x20, 2, 0, 3]],
  ])('draws no conclusion from a broker that wants %s', async (_what, bytes) => {
    const { port } = await answering(Buffer.from(bytes));
    await expect(observe(mqtt, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('understands the refusal of an MQTT 5 broker', async () => {
    const { port } = await answering(Buffer.from([0x20, 3, 0, 0x87, 0]));
    const seen = await observe(mqtt, port);
    expect(seen.facts).toEqual({ encrypted: false, returnCode: 0x87, anonymousAccepted: false });
  });

  it('refuses to make a packet that it cannot count', () => {
    expect(() => connectPacket('x'.repeat(200))).toThrow(RangeError);
  });
});
