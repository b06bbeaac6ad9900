import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFleet } from '../../../src/sandbox/fleet/fleet.ts';
import type { Fleet, FleetHost, FleetPort, Trait } from '../../../src/sandbox/fleet/host.ts';
import { roster } from '../../../src/sandbox/fleet/roster.ts';
import {
  connectMqtt,
  negotiateSsh,
  observeService,
  requestPostgresTls,
  talkSmtp,
} from './observe-services.ts';
import { ask, handshake, observeWeb } from './observe-web.ts';
import { dial, ended } from './sockets.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ network: '127.20.101' });
});
afterAll(async () => {
  await fleet.close();
});

function find(name: string): FleetHost {
  const host = fleet.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) {
    throw new Error(`No host ${name}.`);
  }
  return host;
}

function only(name: string): { address: string; port: FleetPort } {
  const { address, ports } = find(name);
  const [port] = ports;
  if (port === undefined) {
    throw new Error(`No port at ${name}.`);
  }
  return { address, port };
}

async function observe(address: string, port: FleetPort): Promise<Trait[]> {
  const observer = port.protocol === 'http' || port.protocol === 'https' ? observeWeb : observeService;
  return (await observer(address, port)).toSorted();
}

describe('a client sees at every port exactly the traits that the fleet declares', () => {
  // The first session makes the database, which takes seconds.
  test.each(roster.map(({ name }) => name))('%s', { timeout: 60_000 }, async (name) => {
    const { address, ports } = find(name);
    for (const port of ports) {
      const seen = await observe(address, port);
      expect({ note: port.note, seen }).toEqual({ note: port.note, seen: port.traits.toSorted() });
    }
  });
});

describe('web', () => {
  test('the good certificate is valid for its address under the authority of the sandbox', async () => {
    const { address, port } = only('shop');
    const { status, headers } = await ask(address, port, '/', { ca: fleet.ca });
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toMatch(/^max-age=63072000/);
    expect(headers['set-cookie']?.[0]).toMatch(/^__Host-.*; Secure; HttpOnly; SameSite=Lax$/);
    expect(headers.server).toBeUndefined();
  });

  test('plain HTTP next to it redirects to the very port of HTTPS', async () => {
    const { address, ports } = find('shop');
    const [https, http] = ports;
    const answer = await ask(address, http ?? { port: 0, protocol: 'http' }, '/anything');
    expect(answer.status).toBe(301);
    expect(answer.headers.location).toBe(`https://${address}:${https?.port}/`);
  });

  test.each([
    ['portal', 'CERT_HAS_EXPIRED'],
    ['intranet', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('a client that verifies refuses %s', async (name, code) => {
    const { address, port } = only(name);
    await expect(ask(address, port, '/', { ca: fleet.ca })).rejects.toMatchObject({ code });
  });

  test('TLS 1.0 is refused by the good server', async () => {
    const { address, port } = only('shop');
    expect(await handshake(address, port.port, 'TLSv1')).toMatch(/PROTOCOL_VERSION/);
  });
});

describe('ssh', () => {
  const weak = {
    kex: ['diffie-hellman-group1-sha1' as const],
    cipher: ['3des-cbc' as const],
    hmac: ['hmac-md5' as const],
    serverHostKey: ['ssh-rsa' as const],
  };

  test('a client with nothing but weak algorithms gets on with the weak server', async () => {
    const { address, port } = only('jump-box');
    const { methods, hostKeyBits } = await negotiateSsh(address, port.port, weak);
    expect(methods).toContain('password');
    expect(hostKeyBits).toBe(1024);
  });

  test('and not with the good one', async () => {
    const { address, port } = only('bastion');
    await expect(negotiateSsh(address, port.port, weak)).rejects.toThrow(/no matching/i);
  });
});

describe('smtp', () => {
  test('the good server neither announces nor takes AUTH in clear', async () => {
    const { address, port } = only('mail');
    const { clear, encrypted, authReply } = await talkSmtp(address, port.port);
    expect(clear).toMatch(/STARTTLS/);
    expect(clear).not.toMatch(/AUTH/);
    expect(authReply).toMatch(/^5\d\d /);
    expect(encrypted).toMatch(/AUTH PLAIN LOGIN/);
  });

  test('the bad one takes a password in clear, and refuses it', async () => {
    const { address, port } = only('relay');
    expect((await talkSmtp(address, port.port)).authReply).toMatch(/^535 /);
  });
});

test('mqtt: return codes are "accepted" and "not authorised"', async () => {
  const open = only('sensors');
  const guarded = find('telemetry');
  expect(await connectMqtt(open.address, open.port)).toBe(0);
  for (const port of guarded.ports) {
    expect(await connectMqtt(guarded.address, port)).toBe(5);
  }
});

describe('postgres', () => {
  test('SSLRequest is answered with N', async () => {
    const { address, port } = only('database');
    expect(await requestPostgresTls(address, port.port)).toBe('N');
  });

  test('whoever speaks another protocol is hung up on, as PostgreSQL does', async () => {
    const { address, port } = only('database');
    const socket = await dial(address, port.port);
    socket.write('GET / HTTP/1.0\r\n\r\n');
    await expect(ended(socket)).resolves.toBeUndefined();
  });
});
