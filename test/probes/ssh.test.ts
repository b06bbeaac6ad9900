import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import ssh2 from 'ssh2';
import { parseIdentification } from '../../src/probes/ssh/identification.ts';
import ssh from '../../src/probes/ssh.ts';
import { describeWith } from '../support/requires.ts';
import { greeting, listen, observe, rawServer } from './probing.ts';
import { dropbear, keyFolder, makeDropbearKey, makeKey, run, sshd } from './ssh-servers.ts';

const hostKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs1',
  format: 'pem',
});

describe('ssh', () => {
  it('gives the lists of a real server exactly, and never begins a key exchange or a login', async () => {
    const algorithms = {
      kex: ['curve25519-sha256', 'diffie-hellman-group14-sha1'],
      serverHostKey: ['rsa-sha2-256', 'ssh-rsa'],
      cipher: ['aes128-ctr', 'aes256-cbc'],
      hmac: ['hmac-sha2-256', 'hmac-md5'],
      compress: ['none'],
    } as const;
    let handshakes = 0;
    const server = new ssh2.Server(
      { hostKeys: [hostKey], ident: 'TestServer_1.0', algorithms: structuredClone(algorithms) as never },
      (client) => {
        client.on('error', () => {});
        client.on('handshake', () => (handshakes += 1));
        client.on('authentication', () => (handshakes += 1));
      },
    );
    const port = await listen(createServer((socket) => server.injectSocket(socket)));
    const seen = await observe(ssh, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      protocolVersion: '2.0',
      software: 'TestServer_1.0',
      comments: null,
      // ssh2 adds the marker of strict key exchange by itself.
      kexAlgorithms: [...algorithms.kex, 'kex-strict-s-v00@openssh.com'],
      hostKeyAlgorithms: algorithms.serverHostKey,
      ciphersToServer: algorithms.cipher,
      ciphersToClient: algorithms.cipher,
      macsToServer: algorithms.hmac,
      macsToClient: algorithms.hmac,
      compressionToServer: ['none'],
      compressionToClient: ['none'],
    });
    expect(handshakes).toBe(0);
  });

  it('reports a server of protocol 1 without waiting for lists', async () => {
    const { port } = await greeting('SSH-1.5-OpenSSH_3.0\n');
    const seen = await observe(ssh, port);
    expect(seen.facts).toMatchObject({ protocolVersion: '1.5', software: 'OpenSSH_3.0', kexAlgorithms: [] });
  });

  it('sends its identification and nothing else', async () => {
    const server = await rawServer((socket) => {
      socket.write('Welcome\r\nSSH-2.0-x\r\n');
      socket.once('data', () => socket.end(Buffer.from([0, 0, 0, 6, 4, 99])));
    });
    const seen = await observe(ssh, server.port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect((await server.received()).toString()).toBe('SSH-2.0-Picket\r\n');
  });

  it('recognises its greeting', () => {
    expect(ssh.recognises?.(Buffer.from('SSH-2.0-x'))).toBe(true);
    expect(ssh.recognises?.(Buffer.from('220 mail ESMTP'))).toBe(false);
    expect(ssh.recognises?.(Buffer.alloc(0))).toBe(false);
  });
});

/** The lists as ssh-audit has them; those from server to client alone, which is all that its report has. */
function audited(port: number): unknown {
  // Its exit code says how bad the server is.
  const report = JSON.parse(run('ssh-audit', ['-j', '-p', String(port), '127.0.0.1'], true)) as Record<
    'kex' | 'key',
    { algorithm: string }[]
  > &
    Record<'enc' | 'mac' | 'compression', string[]>;
  return {
    kexAlgorithms: report.kex.map(({ algorithm }) => algorithm),
    hostKeyAlgorithms: report.key.map(({ algorithm }) => algorithm),
    ciphersToClient: report.enc,
    macsToClient: report.mac,
    compressionToClient: report.compression,
  };
}

describeWith('ssh-audit', 'the lists are those of ssh-audit', () => {
  describeWith('sshd', 'at OpenSSH', () => {
    it.each([
      ['as it comes', []],
      [
        'with all that is weak',
        [
          'KexAlgorithms=+diffie-hellman-group1-sha1,diffie-hellman-group-exchange-sha1',
          'Ciphers=+3des-cbc,aes128-cbc',
          'MACs=+hmac-md5,hmac-sha1-96',
          'HostKeyAlgorithms=+ssh-rsa',
        ],
      ],
      [
        'hardened',
        [
          'KexAlgorithms=sntrup761x25519-sha512@openssh.com',
          'Ciphers=aes256-gcm@openssh.com',
          'MACs=hmac-sha2-512-etm@openssh.com',
          'HostKeyAlgorithms=ssh-ed25519',
          'Compression=no',
        ],
      ],
    ])('%s', async (_how, options) => {
      const folder = keyFolder();
      const keys = [makeKey(folder, 'ed25519', '-t', 'ed25519'), makeKey(folder, 'rsa', '-t', 'rsa')];
      const port = await sshd(folder, keys, options);
      const { facts } = await observe(ssh, port);
      expect(facts).toMatchObject(audited(port) as object);
    });
  });

  describeWith('dropbear', 'at Dropbear', () => {
    it('as it comes', async () => {
      const folder = keyFolder();
      const port = await dropbear(folder, [makeDropbearKey(folder, 'key', '-t', 'ed25519')]);
      const { facts } = await observe(ssh, port);
      expect(facts).toMatchObject(audited(port) as object);
    });
  });
});

describe('parseIdentification', () => {
  it.each([
    ['SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3', '2.0', 'OpenSSH_9.2p1', 'Debian-2+deb12u3'],
    ['SSH-1.99-Cisco-1.25', '1.99', 'Cisco-1.25', null],
    ['SSH-2.0-x \u001b[31mred', '2.0', 'x', '\\x1b[31mred'],
    [`SSH-2.0-${'x'.repeat(127)}`, '2.0', 'x'.repeat(127), null],
  ])('%j', (line, protocolVersion, software, comments) => {
    expect(parseIdentification(line)).toEqual({ protocolVersion, software, comments });
  });

  it.each(['SSH-', 'SSH-2-x', 'SSH-2.0', 'HTTP/1.1 400'])('refuses %j', (line) => {
    expect(() => parseIdentification(line)).toThrow(expect.objectContaining({ status: 'garbled' }));
  });
});
