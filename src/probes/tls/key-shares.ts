import { createECDH, generateKeyPairSync } from 'node:crypto';

/** Public keys of our own for TLS 1.3's hellos; the private ones are never used, since no handshake is completed. */
export interface KeyShares {
  /** One for each of the groups that keys can be made for. */
  of(groups: readonly number[]): readonly (readonly [group: number, key: Buffer])[];
}

const x25519 = 29;
const secp256r1 = 23;

/** Makes each key once, when it is first asked for. */
export function createKeyShares(): KeyShares {
  const made = new Map<number, Buffer>();
  const keyOf = (group: number, make: () => Buffer): Buffer => {
    const key = made.get(group) ?? make();
    made.set(group, key);
    return key;
  };
  return {
    of: (groups) =>
      [
        { group: x25519, make: x25519Key },
        { group: secp256r1, make: () => createECDH('prime256v1').generateKeys() },
      ]
        .filter(({ group }) => groups.includes(group))
        .map(({ group, make }) => [group, keyOf(group, make)] as const),
  };
}

/** The last 32 bytes of the SubjectPublicKeyInfo (RFC 8410) are the key. */
function x25519Key(): Buffer {
  const { publicKey } = generateKeyPairSync('x25519');
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
}
