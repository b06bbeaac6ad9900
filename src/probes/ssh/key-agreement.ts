import {
  createECDH,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  getDiffieHellman,
  randomBytes,
} from 'node:crypto';
import { ConversationError } from '../../scanner/probe.ts';
import { bitLength, type Fields, mpint, string, uint32 } from './data.ts';
import type { Transport } from './transport.ts';

/** What came of one key agreement, as far as the exchange hash and the keys need it (RFC 4253, section 8). */
export interface Agreement {
  /** The server's public host key, with its signature over the exchange. */
  readonly hostKey: Buffer;
  readonly signature: Buffer;
  /** What the exchange hash has between the host key and the secret. */
  readonly hashed: Buffer;
  /** The shared secret as it is hashed. @throws ConversationError `garbled` for a public value that is none */
  secret(): Buffer;
}

export interface KeyAgreementMethod {
  readonly name: string;
  readonly hash: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** Says our part and hears the server's. */
  run(transport: Transport): Promise<Agreement>;
}

/** One side of an exchange of public values; `value` as it stands in messages and hashes. */
interface Ours {
  readonly value: Buffer;
  secret(theirs: Buffer): Buffer;
}

const INIT = 30;
const REPLY = 31;
const GEX_GROUP = 31;
const GEX_INIT = 32;
const GEX_REPLY = 33;
const GEX_REQUEST = 34;

/** The largest group of RFC 8268; with more a server would keep us busy. */
const MAX_GROUP_BITS = 8192;
const MIN_GROUP_BITS = 512;
/** Nothing secret is ever sent over these sessions, and 256 bits are also what stands up to the hashes in use. */
const EXPONENT_BYTES = 32;

/** Cheap ones first. Methods that withstand quantum computers are missing: this Node cannot do their part. */
export const METHODS: readonly KeyAgreementMethod[] = [
  fixed('curve25519-sha256', 'sha256', x25519),
  fixed('curve25519-sha256@libssh.org', 'sha256', x25519),
  fixed('ecdh-sha2-nistp256', 'sha256', () => ellipticCurve('prime256v1')),
  fixed('ecdh-sha2-nistp384', 'sha384', () => ellipticCurve('secp384r1')),
  fixed('ecdh-sha2-nistp521', 'sha512', () => ellipticCurve('secp521r1')),
  fixed('diffie-hellman-group14-sha256', 'sha256', () => knownGroup('modp14')),
  fixed('diffie-hellman-group16-sha512', 'sha512', () => knownGroup('modp16')),
  groupExchange('diffie-hellman-group-exchange-sha256', 'sha256'),
  fixed('diffie-hellman-group14-sha1', 'sha1', () => knownGroup('modp14')),
  groupExchange('diffie-hellman-group-exchange-sha1', 'sha1'),
  fixed('diffie-hellman-group18-sha512', 'sha512', () => knownGroup('modp18')),
  fixed('diffie-hellman-group1-sha1', 'sha1', () => knownGroup('modp2')),
];

function fixed(name: string, hash: KeyAgreementMethod['hash'], begin: () => Ours): KeyAgreementMethod {
  return {
    name,
    hash,
    async run(transport) {
      const ours = begin();
      await transport.send(Buffer.concat([Buffer.from([INIT]), ours.value]));
      return agreement(await transport.expect(REPLY, 'the reply to the key exchange'), ours, Buffer.alloc(0));
    },
  };
}

/** RFC 4419: the server chooses the group, near the size that is asked for. */
function groupExchange(name: string, hash: KeyAgreementMethod['hash']): KeyAgreementMethod {
  return {
    name,
    hash,
    async run(transport) {
      const sizes = Buffer.concat([1024, 2048, MAX_GROUP_BITS].map(uint32));
      await transport.send(Buffer.concat([Buffer.from([GEX_REQUEST]), sizes]));
      const group = await transport.expect(GEX_GROUP, 'the group of the key exchange');
      const prime = group.string();
      const generator = group.string();
      const bits = bitLength(prime);
      if (bits < MIN_GROUP_BITS || bits > MAX_GROUP_BITS) {
        throw new ConversationError('garbled', `The server chose a group of ${bits} bits, which is none.`);
      }
      const ours = finiteField(toBigInt(prime), toBigInt(generator));
      await transport.send(Buffer.concat([Buffer.from([GEX_INIT]), ours.value]));
      const reply = await transport.expect(GEX_REPLY, 'the reply to the key exchange');
      return agreement(reply, ours, Buffer.concat([sizes, mpint(prime), mpint(generator)]));
    },
  };
}

function agreement(reply: Fields, ours: Ours, group: Buffer): Agreement {
  const hostKey = reply.string();
  const theirs = reply.string();
  const signature = reply.string();
  return {
    hostKey,
    signature,
    hashed: Buffer.concat([group, ours.value, string(theirs)]),
    secret: () => ours.secret(theirs),
  };
}

/** RFC 8731. */
function x25519(): Ours {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return {
    value: string(raw),
    secret: (theirs) =>
      usable(() => {
        const x = theirs.toString('base64url');
        const peer = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
        return mpint(diffieHellman({ privateKey, publicKey: peer }));
      }),
  };
}

/** RFC 5656. */
function ellipticCurve(curve: string): Ours {
  const exchange = createECDH(curve);
  return {
    value: string(exchange.generateKeys()),
    secret: (theirs) => usable(() => mpint(exchange.computeSecret(theirs))),
  };
}

function knownGroup(name: 'modp2' | 'modp14' | 'modp16' | 'modp18'): Ours {
  const group = getDiffieHellman(name);
  return finiteField(toBigInt(group.getPrime()), toBigInt(group.getGenerator()));
}

/** RFC 4253, section 8. Not by OpenSSL, which would first spend seconds on whether a server's group is a prime. */
function finiteField(prime: bigint, generator: bigint): Ours {
  const exponent = toBigInt(randomBytes(EXPONENT_BYTES));
  return {
    value: mpint(toBuffer(power(generator, exponent, prime))),
    secret: (theirs) => mpint(toBuffer(power(toBigInt(theirs) % prime, exponent, prime))),
  };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function toBigInt(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
}

function toBuffer(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

/** OpenSSL throws over points that are not on the curve. */
function usable(compute: () => Buffer): Buffer {
  try {
    return compute();
  } catch (error) {
    throw new ConversationError('garbled', 'The public value in the key exchange is none.', { cause: error });
  }
}
