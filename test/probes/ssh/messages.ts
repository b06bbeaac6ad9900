import type { KexInit } from '../../../src/probes/ssh/kex-init.ts';

const LISTS: readonly (keyof KexInit)[] = [
  'kexAlgorithms',
  'hostKeyAlgorithms',
  'ciphersToServer',
  'ciphersToClient',
  'macsToServer',
  'macsToClient',
  'compressionToServer',
  'compressionToClient',
];

/** The payload of a KEXINIT, written down anew so that it does not agree with the code by construction. */
export function kexInit(lists: Partial<KexInit> = {}): Buffer {
  return kexInitOf([...LISTS.map((name) => (lists[name] ?? ['none']).join(',')), '', '']);
}

export function kexInitOf(lists: readonly string[]): Buffer {
  const parts = lists.flatMap((list) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(list));
    return [length, Buffer.from(list)];
  });
  return Buffer.concat([Buffer.from([20]), Buffer.alloc(16, 0xaa), ...parts, Buffer.alloc(5)]);
}

/** A binary packet in clear. */
export function packet(payload: Buffer, paddingLength = 8): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + payload.length + paddingLength);
  head[4] = paddingLength;
  return Buffer.concat([head, payload, Buffer.alloc(paddingLength)]);
}
