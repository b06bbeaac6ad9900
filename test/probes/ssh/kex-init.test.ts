import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeKexInit, parseKexInit, readKexInit } from '../../../src/probes/ssh/kex-init.ts';
import { Transport } from '../../../src/probes/ssh/transport.ts';
import { ConversationError } from '../../../src/scanner/probe.ts';
import { reading } from '../scripted.ts';
import { kexInitOf, packet } from './messages.ts';

const LISTS = ['curve25519-sha256', 'ssh-ed25519', 'a', 'b,c', 'd', 'e', 'none', 'zlib@openssh.com', '', ''];

const kexInit = (lists: readonly string[] = LISTS): Buffer => kexInitOf(lists);

/** All names, or null when the payload was refused as it should be. */
function namesOrRefusal(payload: Buffer): string[] | null {
  try {
    return (Object.values(parseKexInit(payload)) as string[][]).flat();
  } catch (error) {
    if (error instanceof ConversationError) return null;
    throw error;
  }
}

describe('parseKexInit', () => {
  it('gives every list in the order sent', () => {
    expect(parseKexInit(kexInit())).toEqual({
      kexAlgorithms: ['curve25519-sha256'],
      hostKeyAlgorithms: ['ssh-ed25519'],
      ciphersToServer: ['a'],
      ciphersToClient: ['b', 'c'],
      macsToServer: ['d'],
      macsToClient: ['e'],
      compressionToServer: ['none'],
      compressionToClient: ['zlib@openssh.com'],
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another message', Buffer.from([21, ...kexInit().subarray(1)])],
    ['no lists', kexInit().subarray(0, 17)],
    ['a cut last field', kexInit().subarray(0, -1)],
    ['nine lists', kexInit(LISTS.slice(1))],
    ['an empty name', kexInit(['a,,b', ...LISTS.slice(1)])],
    ['a name with an escape', kexInit(['a\u001b[31m', ...LISTS.slice(1)])],
    ['a name of 65 characters', kexInit(['a'.repeat(65), ...LISTS.slice(1)])],
    ['513 names', kexInit([Array.from({ length: 513 }, () => 'a').join(','), ...LISTS.slice(1)])],
  ])('refuses %s as garbled', (_what, payload) => {
    expect(() => parseKexInit(payload)).toThrow(expect.objectContaining({ status: 'garbled' }));
  });

  it('refuses a list that claims more than there is', () => {
    const payload = kexInit();
    payload.writeUInt32BE(0xffff_ffff, 17);
    expect(() => parseKexInit(payload)).toThrow(/claims 4294967295 bytes/);
  });

  it('refuses every truncation', () => {
    const whole = kexInit();
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => parseKexInit(whole.subarray(0, length))).toThrow(ConversationError);
    }
  });

  it('reads or refuses any bytes, and throws nothing else', () => {
    const mutated = fc
      .array(fc.tuple(fc.nat(kexInit().length - 1), fc.nat(255)), { maxLength: 12 })
      .map((changes) => {
        const payload = kexInit();
        changes.forEach(([at, byte]) => payload.writeUInt8(byte, at));
        return payload;
      });
    const random = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from([20, ...bytes]));
    fc.assert(
      fc.property(fc.oneof(mutated, random), (payload) => {
        const names = namesOrRefusal(payload);
        expect(names?.every((name) => /^[!-~]{1,64}$/.test(name)) ?? true).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads what we write', () => {
    const lists = parseKexInit(kexInit());
    expect(parseKexInit(makeKexInit(lists))).toEqual(lists);
  });

  it('gives back any lists that were put in', () => {
    const name = fc.stringMatching(/^[!-+\--~]{1,64}$/);
    const list = fc.array(name, { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(list, { minLength: 10, maxLength: 10 }), (lists) => {
        const parsed = Object.values(parseKexInit(kexInit(lists.map((names) => names.join(',')))));
        expect(parsed).toEqual(lists.slice(0, 8));
      }),
    );
  });
});

const transportOf = (bytes: Buffer): Transport =>
  new Transport({ ...reading(bytes), write: () => Promise.reject(new Error('nothing is to be said')) });

describe('readKexInit', () => {
  it('passes over IGNORE and DEBUG', async () => {
    const bytes = Buffer.concat([
      packet(Buffer.from([2, 0])),
      packet(Buffer.from([4, 0])),
      packet(kexInit()),
    ]);
    await expect(readKexInit(transportOf(bytes))).resolves.toMatchObject({
      payload: kexInit(),
      lists: { ciphersToClient: ['b', 'c'] },
    });
  });

  it('says why the server disconnected, with control characters escaped', async () => {
    const reason = 'too many \u001b[2J connections';
    const message = Buffer.alloc(9);
    message[0] = 1;
    message.writeUInt32BE(reason.length, 5);
    const bytes = packet(Buffer.concat([message, Buffer.from(reason)]));
    await expect(readKexInit(transportOf(bytes))).rejects.toThrow(
      'disconnected: "too many \\x1b[2J connections"',
    );
  });

  it('does not wait for a packet of four gigabytes', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff]), Buffer.alloc(64)]);
    await expect(readKexInit(transportOf(bytes))).rejects.toThrow('claims 4294967295 bytes');
  });

  it.each([
    ['padding over the whole packet', Buffer.from([0, 0, 0, 12, 11, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['a packet without payload', Buffer.from([0, 0, 0, 1, 0])],
    ['another message', packet(Buffer.from([50, 1, 2, 3]))],
    ['IGNORE without end', Buffer.concat(Array.from({ length: 40 }, () => packet(Buffer.from([2]))))],
  ])('refuses %s', async (_what, bytes) => {
    await expect(readKexInit(transportOf(bytes))).rejects.toMatchObject({ status: 'garbled' });
  });
});
