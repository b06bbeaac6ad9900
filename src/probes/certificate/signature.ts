/** Signature algorithms that WebCrypto has no name for. */
const BY_IDENTIFIER: Readonly<Record<string, readonly [algorithm: string, hash: string]>> = {
  '1.2.840.113549.1.1.2': ['RSA-MD2', 'MD2'],
  '1.2.840.113549.1.1.3': ['RSA-MD4', 'MD4'],
  '1.2.840.113549.1.1.4': ['RSA-MD5', 'MD5'],
  '1.3.14.3.2.29': ['RSA-SHA1', 'SHA-1'],
  '1.3.36.3.3.1.2': ['RSA-RIPEMD160', 'RIPEMD-160'],
  '1.2.840.113549.1.1.14': ['RSA-SHA224', 'SHA-224'],
  '1.2.840.10045.4.3.1': ['ECDSA-SHA224', 'SHA-224'],
  '1.2.840.10040.4.3': ['DSA-SHA1', 'SHA-1'],
  '2.16.840.1.101.3.4.3.1': ['DSA-SHA224', 'SHA-224'],
  '2.16.840.1.101.3.4.3.2': ['DSA-SHA256', 'SHA-256'],
  '1.3.101.112': ['Ed25519', ''],
  '1.3.101.113': ['Ed448', ''],
};

const SHORT: Readonly<Record<string, string>> = {
  'RSASSA-PKCS1-v1_5': 'RSA',
  'RSA-PSS': 'RSA-PSS',
  ECDSA: 'ECDSA',
};

/**
 * Names a signature algorithm and its hash; an unknown one keeps its identifier and has no hash. `algorithm` is as
 * the reader of extensions gives it: `name` in WebCrypto's spelling or an object identifier, perhaps with a `hash`.
 */
export function signatureOf(algorithm: object): { signatureAlgorithm: string; signatureHash: string } {
  const given = nameOf(algorithm);
  const known = BY_IDENTIFIER[given];
  if (known !== undefined) {
    return { signatureAlgorithm: known[0], signatureHash: known[1] };
  }
  const hash = 'hash' in algorithm ? nameOf(algorithm.hash) : '';
  const name = SHORT[given] ?? given;
  return {
    signatureAlgorithm: (hash === '' ? name : `${name}-${hash.replace('-', '')}`).slice(0, 64),
    signatureHash: hash.slice(0, 16),
  };
}

function nameOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'name' in value ? String(value.name) : '';
}
