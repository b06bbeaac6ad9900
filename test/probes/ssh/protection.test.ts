import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chooseSuites, protect } from '../../../src/probes/ssh/session-keys.ts';
import { Transport, type PacketProtection } from '../../../src/probes/ssh/transport.ts';
import { parseKexInit } from '../../../src/probes/ssh/kex-init.ts';
import { reading } from '../scripted.ts';
import { kexInit } from './messages.ts';

const SUITES = [
  ['aes128-gcm@openssh.com', 'none'],
  ['aes256-gcm@openssh.com', 'none'],
  ['chacha20-poly1305@openssh.com', 'none'],
  ['aes128-ctr', 'hmac-sha2-256'],
  ['aes256-ctr', 'hmac-sha2-512-etm@openssh.com'],
  ['aes192-cbc', 'hmac-sha1-96'],
  ['3des-cbc', 'hmac-md5-96-etm@openssh.com'],
] as const;

const secrets = { hash: 'sha256', secret: randomBytes(36), session: randomBytes(32) } as const;
const made = (cipher: string, mac: string): PacketProtection =>
  protect({ cipher, mac }, secrets, ['A', 'C', 'E']);

/** What a session writes that says these things, each in a packet. */
async function said(protection: PacketProtection, payloads: readonly Buffer[]): Promise<Buffer> {
  const written: Buffer[] = [];
  const transport = new Transport({
    readExactly: () => Promise.reject(new Error('nothing is to be read')),
    write: async (data) => void written.push(Buffer.from(data)),
  });
  transport.protectOutbound(protection);
  for (const payload of payloads) await transport.send(payload);
  return Buffer.concat(written);
}

function hearing(protection: PacketProtection, bytes: Buffer): Transport {
  const transport = new Transport({
    ...reading(bytes),
    write: () => Promise.reject(new Error('nothing is to be said')),
  });
  transport.protectInbound(protection);
  return transport;
}

describe.each(SUITES)('%s with %s', (cipher, mac) => {
  it('gives back what was put in, packet after packet', async () => {
    const payloads = [1, 2, 15, 16, 17, 255, 5000].map((length) =>
      Buffer.concat([Buffer.from([90]), randomBytes(length)]),
    );
    const transport = hearing(made(cipher, mac), await said(made(cipher, mac), payloads));
    for (const payload of payloads) expect(await transport.receive()).toEqual(payload);
  });

  it('refuses any change', async () => {
    const bytes = await said(made(cipher, mac), [Buffer.from('Zhello')]);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
      await expect(hearing(made(cipher, mac), changed).receive()).rejects.toMatchObject({
        status: 'garbled',
      });
    }
  });

  it('refuses a packet out of its turn', async () => {
    const first = await said(made(cipher, mac), [Buffer.from('Zone')]);
    const both = await said(made(cipher, mac), [Buffer.from('Zone'), Buffer.from('Ztwo')]);
    const second = both.subarray(first.length);
    await expect(hearing(made(cipher, mac), second).receive()).rejects.toMatchObject({ status: 'garbled' });
  });
});

it.each(['aes128-gcm@openssh.com', 'aes128-ctr'])(
  'a length of four gigabytes is refused under %s',
  async (cipher) => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff]), randomBytes(64)]);
    const transport = hearing(made(cipher, 'hmac-sha2-256-etm@openssh.com'), bytes);
    await expect(transport.receive()).rejects.toThrow('claims 4294967295 bytes');
  },
);

describe('chooseSuites', () => {
  const offering = (ciphersToClient: string[], macsToClient: string[]) =>
    parseKexInit(
      kexInit({
        ciphersToServer: ['aes128-ctr'],
        macsToServer: ['hmac-sha1'],
        ciphersToClient,
        macsToClient,
      }),
    );

  it('chooses for each direction by itself', () => {
    expect(chooseSuites(offering(['3des-cbc', 'aes256-gcm@openssh.com'], ['umac-64@openssh.com']))).toEqual({
      toServer: { cipher: 'aes128-ctr', mac: 'hmac-sha1' },
      toClient: { cipher: 'aes256-gcm@openssh.com', mac: 'umac-64@openssh.com' },
    });
  });

  it.each([
    ['ciphers', ['arcfour', 'blowfish-cbc'], ['hmac-sha1']],
    ['codes', ['aes128-ctr'], ['umac-64@openssh.com', 'none']],
  ])('says so when it knows none of the %s', (_what, ciphers, macs) => {
    expect(() => chooseSuites(offering(ciphers, macs))).toThrow(
      /offers no (cipher|message .*) that we could use/,
    );
  });
});
