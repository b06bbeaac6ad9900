import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { forged } from './block-protection.ts';
import { poly1305 } from './poly1305.ts';
import { assertPacketLength, type PacketProtection } from './transport.ts';

const TAG_BYTES = 16;

/** AES-GCM with the length in clear (RFC 5647, under OpenSSH's names). */
export function gcmProtection(
  algorithm: 'aes-128-gcm' | 'aes-256-gcm',
  key: Buffer,
  iv: Buffer,
): PacketProtection {
  const nonce = Buffer.from(iv);
  const nextNonce = (): Buffer => {
    const current = Buffer.from(nonce);
    nonce.writeBigUInt64BE(BigInt.asUintN(64, nonce.readBigUInt64BE(4) + 1n), 4);
    return current;
  };
  return {
    blockSize: 16,
    lengthApart: true,
    seal(packet) {
      const cipher = createCipheriv(algorithm, key, nextNonce()).setAAD(packet.subarray(0, 4));
      const sealed = Buffer.concat([cipher.update(packet.subarray(4)), cipher.final()]);
      return Buffer.concat([packet.subarray(0, 4), sealed, cipher.getAuthTag()]);
    },
    async open(read) {
      const head = await read(4);
      const length = head.readUInt32BE(0);
      assertPacketLength(length);
      const sealed = await read(length);
      const decipher = createDecipheriv(algorithm, key, nextNonce()).setAAD(head);
      decipher.setAuthTag(await read(TAG_BYTES));
      const packet = decipher.update(sealed);
      try {
        decipher.final();
      } catch {
        throw forged();
      }
      return packet;
    },
  };
}

/** chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305): one key for lengths, one for the rest. */
export function chachaProtection(key: Buffer): PacketProtection {
  const [forPackets, forLengths] = [key.subarray(0, 32), key.subarray(32, 64)];
  const stream = (part: Buffer, sequence: number, counter: number, bytes: Buffer): Buffer => {
    const iv = Buffer.alloc(16);
    iv.writeUInt32LE(counter, 0);
    iv.writeBigUInt64BE(BigInt(sequence), 8);
    return createCipheriv('chacha20', part, iv).update(bytes);
  };
  const tag = (sequence: number, sealed: Buffer): Buffer =>
    poly1305(stream(forPackets, sequence, 0, Buffer.alloc(32)), sealed);
  return {
    blockSize: 8,
    lengthApart: true,
    seal(packet, sequence) {
      const head = stream(forLengths, sequence, 0, packet.subarray(0, 4));
      const sealed = Buffer.concat([head, stream(forPackets, sequence, 1, packet.subarray(4))]);
      return Buffer.concat([sealed, tag(sequence, sealed)]);
    },
    async open(read, sequence) {
      const head = await read(4);
      const length = stream(forLengths, sequence, 0, head).readUInt32BE(0);
      assertPacketLength(length);
      const sealed = await read(length);
      const expected = tag(sequence, Buffer.concat([head, sealed]));
      if (!timingSafeEqual(await read(TAG_BYTES), expected)) throw forged();
      return stream(forPackets, sequence, 1, sealed);
    },
  };
}
