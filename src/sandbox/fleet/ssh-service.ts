import { generateKeyPairSync } from 'node:crypto';
// CommonJS; its named exports are not visible to Node's ES module loader.
import ssh2, { type Algorithms, type AuthenticationType, type ServerConfig } from 'ssh2';
import type { Service } from './front-door.ts';

/** Ed25519 and modern algorithms only; wants a public key and accepts none. */
export function hardenedSsh(): Service {
  return sshService(ed25519Key(), ['publickey'], {
    kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org'],
    serverHostKey: ['ssh-ed25519'],
    cipher: ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr'],
    hmac: ['hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256-etm@openssh.com'],
    compress: ['none'],
  });
}

/**
 * What an old appliance offers, with one modern method of each kind so that current clients get in as far as
 * authentication: SHA-1 key exchange, CBC ciphers, MD5, an RSA key of 1024 bits, passwords. Accepts no password.
 */
export function legacySsh(): Service {
  const hostKey = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey;
  return sshService(hostKey, ['publickey', 'password'], {
    kex: [
      'diffie-hellman-group1-sha1',
      'diffie-hellman-group14-sha1',
      'diffie-hellman-group-exchange-sha1',
      'ecdh-sha2-nistp256',
    ],
    serverHostKey: ['ssh-rsa', 'rsa-sha2-256'],
    cipher: ['3des-cbc', 'aes128-cbc', 'aes256-cbc', 'aes128-ctr'],
    hmac: ['hmac-md5', 'hmac-sha1-96', 'hmac-md5-96', 'hmac-sha2-256'],
    compress: ['none'],
  });
}

/** ssh2 drops leading zero bytes of the public key, which spoils one key in 256; such a one is made anew. */
function ed25519Key(): string {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519').private;
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key;
  }
}

function sshService(hostKey: string, methods: AuthenticationType[], algorithms: Algorithms): Service {
  const config: ServerConfig = { hostKeys: [hostKey], algorithms };
  const server = new ssh2.Server(config, (connection) => {
    // Scanners leave in the middle of the handshake, which ssh2 reports as an error of the connection.
    connection.on('error', () => connection.end());
    connection.on('authentication', (context) => context.reject(methods));
  });
  return { accept: (socket) => server.injectSocket(socket), close: async () => {} };
}
