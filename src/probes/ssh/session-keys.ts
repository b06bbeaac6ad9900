import { createHash } from 'node:crypto';
import { ConversationError } from '../../scanner/probe.ts';
import { chachaProtection, gcmProtection } from './authenticated-protection.ts';
import { blockProtection, type BlockCipher, type Mac } from './block-protection.ts';
import type { SessionSecrets } from './key-exchange.ts';
import type { KexInit } from './kex-init.ts';
import type { PacketProtection } from './transport.ts';

/** How one direction of a session will be protected. */
interface Suite {
  readonly cipher: string;
  /** Of no effect beside a cipher that authenticates by itself; sent because both lists must have something. */
  readonly mac: string;
}

export interface Suites {
  readonly toServer: Suite;
  readonly toClient: Suite;
}

const AUTHENTICATED = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com'];

const cipher = (algorithm: string, keyBytes: number, blockBytes = 16): BlockCipher => ({
  algorithm,
  keyBytes,
  blockBytes,
});
const CIPHERS: ReadonlyMap<string, BlockCipher> = new Map([
  ['aes128-ctr', cipher('aes-128-ctr', 16)],
  ['aes192-ctr', cipher('aes-192-ctr', 24)],
  ['aes256-ctr', cipher('aes-256-ctr', 32)],
  ['aes128-cbc', cipher('aes-128-cbc', 16)],
  ['aes192-cbc', cipher('aes-192-cbc', 24)],
  ['aes256-cbc', cipher('aes-256-cbc', 32)],
  ['rijndael-cbc@lysator.liu.se', cipher('aes-256-cbc', 32)],
  ['3des-cbc', cipher('des-ede3-cbc', 24, 8)],
]);

const mac = (hash: string, keyBytes: number, bytes = keyBytes): Omit<Mac, 'overEncrypted'> => ({
  hash,
  keyBytes,
  bytes,
});
const MACS: ReadonlyMap<string, Omit<Mac, 'overEncrypted'>> = new Map([
  ['hmac-sha2-256', mac('sha256', 32)],
  ['hmac-sha2-512', mac('sha512', 64)],
  ['hmac-sha1', mac('sha1', 20)],
  ['hmac-sha1-96', mac('sha1', 20, 12)],
  ['hmac-md5', mac('md5', 16)],
  ['hmac-md5-96', mac('md5', 16, 12)],
]);
const OVER_ENCRYPTED = '-etm@openssh.com';

/** Picks what both sides can do. Throws a `ConversationError` `garbled` where there is nothing. */
export function chooseSuites(offered: KexInit): Suites {
  return {
    toServer: chooseSuite(offered.ciphersToServer, offered.macsToServer),
    toClient: chooseSuite(offered.ciphersToClient, offered.macsToClient),
  };
}

function chooseSuite(ciphers: readonly string[], macs: readonly string[]): Suite {
  const known = [...AUTHENTICATED, ...CIPHERS.keys()].find((name) => ciphers.includes(name));
  if (known === undefined) throw nothingShared('cipher');
  if (AUTHENTICATED.includes(known)) return { cipher: known, mac: macs[0] ?? 'hmac-sha2-256' };
  const code = [...MACS.keys()]
    .flatMap((name) => [`${name}${OVER_ENCRYPTED}`, name])
    .find((name) => macs.includes(name));
  if (code === undefined) throw nothingShared('message authentication code');
  return { cipher: known, mac: code };
}

/**
 * The protection of one direction with the keys of a key exchange (RFC 4253, section 7.2).
 *
 * @param letters of the initial vector, the key and the authentication key
 */
export function protect(
  suite: Suite,
  { hash, secret, session }: SessionSecrets,
  letters: readonly [string, string, string],
): PacketProtection {
  const derive = (index: 0 | 1 | 2, bytes: number): Buffer => {
    const digest = (...parts: (Buffer | string)[]): Buffer =>
      parts.reduce((sum, part) => sum.update(part), createHash(hash)).digest();
    let key = digest(secret, session, letters[index], session);
    while (key.length < bytes) key = Buffer.concat([key, digest(secret, session, key)]);
    return key.subarray(0, bytes);
  };
  switch (suite.cipher) {
    case 'aes128-gcm@openssh.com':
      return gcmProtection('aes-128-gcm', derive(1, 16), derive(0, 12));
    case 'aes256-gcm@openssh.com':
      return gcmProtection('aes-256-gcm', derive(1, 32), derive(0, 12));
    case 'chacha20-poly1305@openssh.com':
      return chachaProtection(derive(1, 64));
    default: {
      const block = CIPHERS.get(suite.cipher);
      const code = MACS.get(suite.mac.replace(OVER_ENCRYPTED, ''));
      if (block === undefined || code === undefined) throw nothingShared('cipher');
      return blockProtection(
        block,
        { ...code, overEncrypted: suite.mac.endsWith(OVER_ENCRYPTED) },
        { key: derive(1, block.keyBytes), iv: derive(0, block.blockBytes), macKey: derive(2, code.keyBytes) },
      );
    }
  }
}

function nothingShared(what: string): ConversationError {
  return new ConversationError('garbled', `The server offers no ${what} that we could use.`);
}
