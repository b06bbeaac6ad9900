import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { ConversationError } from '../../scanner/probe.ts';
import { uint32 } from './data.ts';
import { assertPacketLength, type PacketProtection } from './transport.ts';

export interface BlockCipher {
  /** OpenSSL's name. */
  readonly algorithm: string;
  readonly keyBytes: number;
  readonly blockBytes: number;
}

export interface Mac {
  readonly hash: string;
  readonly keyBytes: number;
  /** Bytes of the result that are sent. */
  readonly bytes: number;
  /** Over the encrypted packet instead of the one in clear (OpenSSH's PROTOCOL, section 1.6). */
  readonly overEncrypted: boolean;
}

interface Keys {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly macKey: Buffer;
}

/** A block or counter-mode cipher with a code beside it (RFC 4253, sections 6.3 and 6.4; RFC 4344). */
export function blockProtection(
  { algorithm, blockBytes }: BlockCipher,
  mac: Mac,
  keys: Keys,
): PacketProtection {
  // One direction uses one of the two; both go on from where the last packet ended.
  const encrypt = createCipheriv(algorithm, keys.key, keys.iv).setAutoPadding(false);
  const decrypt = createDecipheriv(algorithm, keys.key, keys.iv).setAutoPadding(false);
  const code = (sequence: number, ...parts: Buffer[]): Buffer => {
    const hmac = createHmac(mac.hash, keys.macKey).update(uint32(sequence));
    return parts
      .reduce((sum, part) => sum.update(part), hmac)
      .digest()
      .subarray(0, mac.bytes);
  };
  const assertCode = (given: Buffer, expected: Buffer): void => {
    if (!timingSafeEqual(given, expected)) throw forged();
  };
  const assertBlocks = (bytes: number): void => {
    if (bytes % blockBytes !== 0)
      throw new ConversationError('garbled', 'An SSH packet has no whole blocks.');
  };
  return {
    blockSize: Math.max(8, blockBytes),
    lengthApart: mac.overEncrypted,
    seal(packet, sequence) {
      if (!mac.overEncrypted) {
        const sum = code(sequence, packet);
        return Buffer.concat([encrypt.update(packet), sum]);
      }
      const sealed = Buffer.concat([packet.subarray(0, 4), encrypt.update(packet.subarray(4))]);
      return Buffer.concat([sealed, code(sequence, sealed)]);
    },
    async open(read, sequence) {
      if (mac.overEncrypted) {
        const head = await read(4);
        const length = head.readUInt32BE(0);
        assertPacketLength(length);
        assertBlocks(length);
        const sealed = await read(length);
        assertCode(await read(mac.bytes), code(sequence, head, sealed));
        return decrypt.update(sealed);
      }
      const first = decrypt.update(await read(blockBytes));
      const length = first.readUInt32BE(0);
      assertPacketLength(length);
      assertBlocks(length + 4);
      const rest =
        length + 4 > blockBytes ? decrypt.update(await read(length + 4 - blockBytes)) : Buffer.alloc(0);
      const packet = Buffer.concat([first, rest]);
      assertCode(await read(mac.bytes), code(sequence, packet));
      return packet.subarray(4);
    },
  };
}

export function forged(): ConversationError {
  return new ConversationError('garbled', 'An SSH packet does not fit its authentication code.');
}
