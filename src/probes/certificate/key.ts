import { createHash, type KeyObject } from 'node:crypto';
import type { ParsedCertificate } from './parse.ts';

/** What is told of a public key. */
export interface KeyDescription {
  readonly type: string;
  /** 0 when it cannot be told. */
  readonly bits: number;
  readonly curve: string | null;
  /** Of the SubjectPublicKeyInfo, hexadecimal. */
  readonly sha256: string;
}

const TYPES: Readonly<Record<string, string>> = {
  rsa: 'RSA',
  'rsa-pss': 'RSA-PSS',
  ec: 'EC',
  dsa: 'DSA',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
};

/** The names of FIPS 186-5 for those curves that OpenSSL calls otherwise. */
const CURVES: Readonly<Record<string, string>> = {
  prime192v1: 'P-192',
  secp224r1: 'P-224',
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

const FIXED_BITS: Readonly<Record<string, number>> = { ed25519: 256, ed448: 456 };

/** Describes the key of a certificate. One that OpenSSL cannot use still gets its object identifier. */
export function keyOf({ native, details }: ParsedCertificate): KeyDescription {
  const sha256 = createHash('sha256').update(Buffer.from(details.publicKey.rawData)).digest('hex');
  const key = usableKey(() => native.publicKey);
  const type = key?.asymmetricKeyType;
  if (key === null || type === undefined) {
    return { type: details.publicKey.algorithm.name.slice(0, 64), bits: 0, curve: null, sha256 };
  }
  const parameters = key.asymmetricKeyDetails ?? {};
  const curve = parameters.namedCurve;
  return {
    type: TYPES[type] ?? type,
    bits: FIXED_BITS[type] ?? parameters.modulusLength ?? curveBits(curve),
    curve: curve === undefined ? null : (CURVES[curve] ?? curve.slice(0, 64)),
    sha256,
  };
}

function usableKey(read: () => KeyObject): KeyObject | null {
  try {
    return read();
  } catch {
    // An algorithm that this OpenSSL does not know is a property of the key, told by its identifier.
    return null;
  }
}

/** Every named curve has its size in its name, as in prime256v1 or brainpoolP384r1. */
function curveBits(curve: string | undefined): number {
  return Number(/\d{3}/.exec(curve ?? '')?.[0] ?? 0);
}
