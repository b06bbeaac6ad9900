import { describe, expect, it } from 'vitest';
import { string } from '../../src/probes/ssh/data.ts';
import sshHostKeys from '../../src/probes/ssh-host-keys.ts';
import { describeWith } from '../support/requires.ts';
import { observe, rawServer } from './probing.ts';
import { described, dropbear, keyFolder, makeDropbearKey, makeKey, run, sshd } from './ssh-servers.ts';
import { kexInit, packet } from './ssh/messages.ts';

describeWith('sshd', 'ssh-host-keys at OpenSSH', () => {
  it('reads type, size and fingerprint of every key, and is the same the next time', async () => {
    const folder = keyFolder();
    const keys = {
      ed25519: makeKey(folder, 'ed25519', '-t', 'ed25519'),
      rsa: makeKey(folder, 'rsa', '-t', 'rsa', '-b', '2048'),
      ecdsa: makeKey(folder, 'ecdsa', '-t', 'ecdsa', '-b', '521'),
    };
    const port = await sshd(folder, Object.values(keys), []);
    const seen = await observe(sshHostKeys, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      keys: [
        { algorithm: 'rsa-sha2-512', type: 'ssh-rsa', ...described(keys.rsa), authority: null },
        { algorithm: 'ssh-ed25519', type: 'ssh-ed25519', ...described(keys.ed25519), authority: null },
        {
          algorithm: 'ecdsa-sha2-nistp521',
          type: 'ecdsa-sha2-nistp521',
          ...described(keys.ecdsa),
          authority: null,
        },
      ],
      unread: [],
    });
    expect((await observe(sshHostKeys, port)).facts).toEqual(seen.facts);
  });

  it('finds a key of 1024 bits behind the oldest key exchange', async () => {
    const folder = keyFolder();
    const key = makeKey(folder, 'rsa', '-t', 'rsa', '-b', '1024');
    const port = await sshd(
      folder,
      [key],
      [
        'RequiredRSASize=1024',
        'HostKeyAlgorithms=ssh-rsa',
        'KexAlgorithms=diffie-hellman-group1-sha1',
        'Ciphers=3des-cbc',
        'MACs=hmac-md5',
      ],
    );
    const { facts } = await observe(sshHostKeys, port);
    expect(facts).toMatchObject({ keys: [{ type: 'ssh-rsa', bits: 1024 }], unread: [] });
  });

  it('looks into certificates, at the key and at the authority', async () => {
    const folder = keyFolder();
    const authority = makeKey(folder, 'authority', '-t', 'rsa', '-b', '2048');
    const key = makeKey(folder, 'host', '-t', 'ecdsa', '-b', '256');
    run('ssh-keygen', ['-q', '-s', authority, '-h', '-I', 'host', '-n', 'a.example', `${key}.pub`]);
    const port = await sshd(folder, [key], [`HostCertificate=${key}-cert.pub`]);
    const { facts, detail } = await observe(sshHostKeys, port);
    expect(detail).toBeNull();
    const plain = described(key);
    expect(facts).toEqual({
      keys: [
        {
          algorithm: 'ecdsa-sha2-nistp256',
          type: 'ecdsa-sha2-nistp256',
          ...plain,
          authority: null,
        },
        {
          algorithm: 'ecdsa-sha2-nistp256-cert-v01@openssh.com',
          type: 'ecdsa-sha2-nistp256-cert-v01@openssh.com',
          ...plain,
          authority: { type: 'ssh-rsa', ...described(authority) },
        },
      ],
      unread: [],
    });
  });
});

describeWith('dropbear', 'ssh-host-keys at Dropbear', () => {
  it('reads the keys that it has, and says which ones it offers without having them', async () => {
    const folder = keyFolder();
    const keys = [
      makeDropbearKey(folder, 'rsa', '-t', 'rsa', '-s', '2048'),
      makeDropbearKey(folder, 'ed25519', '-t', 'ed25519'),
    ];
    // With -R it offers what it would make, and hangs up where it cannot write it.
    const { facts, detail } = await observe(sshHostKeys, await dropbear(folder, keys, ['-R']));
    expect(detail).toBeNull();
    expect(facts).toMatchObject({
      keys: [
        { algorithm: 'rsa-sha2-256', type: 'ssh-rsa', bits: 2048 },
        { type: 'ssh-ed25519', bits: 256 },
      ],
      unread: ['ssh-dss', 'ecdsa-sha2-nistp256'],
    });
  });
});

const OFFER = { kexAlgorithms: ['curve25519-sha256'], hostKeyAlgorithms: ['ssh-rsa', 'ssh-ed25519'] };
const ED25519 = Buffer.concat([string('ssh-ed25519'), string(Buffer.alloc(32, 7))]);

/** Answers every key exchange with the same key, but hangs up where `refuses` says so of what the client has said. */
async function scripted(refuses: (connection: number, said: Buffer) => boolean) {
  let connection = 0;
  return rawServer((socket) => {
    connection += 1;
    const number = connection;
    let said = Buffer.alloc(0);
    socket.write('SSH-2.0-x\r\n');
    socket.write(packet(kexInit(OFFER)));
    socket.on('data', (chunk: Buffer) => {
      said = Buffer.concat([said, chunk]);
      if (refuses(number, said)) socket.end();
      // The client's public value is the last thing that it says.
      else if (said.includes(PUBLIC_VALUE)) {
        const reply = [ED25519, Buffer.alloc(32, 9), Buffer.alloc(8)].map(string);
        socket.write(packet(Buffer.concat([Buffer.from([31]), ...reply])));
      }
    });
  });
}

/** Message 30 with a string of 32 bytes. */
const PUBLIC_VALUE = Buffer.from([30, 0, 0, 0, 32]);

describe('ssh-host-keys', () => {
  it('says of which kind a server has no key although it offers it', async () => {
    const { port, connections } = await scripted((_, said) => said.includes('ssh-rsa'));
    const { facts, detail } = await observe(sshHostKeys, port);
    expect(detail).toBeNull();
    expect(facts).toMatchObject({
      keys: [{ algorithm: 'ssh-ed25519', type: 'ssh-ed25519', bits: 256 }],
      unread: ['ssh-rsa'],
    });
    // Twice for the one, once for the other, once more to see that it still answers.
    expect(connections()).toBe(4);
  });

  it('draws no conclusion from a server that stops halfway', async () => {
    const { port, connections } = await scripted((number) => number > 1);
    const seen = await observe(sshHostKeys, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(connections()).toBe(5);
  });

  it('ends the moment that a server is too slow', async () => {
    const { port } = await rawServer((socket) => {
      socket.write('SSH-2.0-x\r\n');
      socket.write(packet(kexInit(OFFER)));
    });
    const seen = await observe(sshHostKeys, port, 'plain', { probeDeadlineMs: 200 });
    expect(seen).toMatchObject({ status: 'timed-out', facts: null });
  });

  it('says so when it knows none of the methods', async () => {
    const { port } = await rawServer((socket) => {
      socket.write('SSH-2.0-x\r\n');
      socket.write(packet(kexInit({ kexAlgorithms: ['tomorrow-sha512'], hostKeyAlgorithms: ['ssh-rsa'] })));
    });
    const seen = await observe(sshHostKeys, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toBe('The server offers no key exchange method that we could take part in.');
  });

  it.each([
    ['none', Buffer.alloc(0)],
    ['of 256 bits', Buffer.alloc(32, 0xff)],
    ['of 8200 bits', Buffer.alloc(1025, 0xff)],
  ])('takes no group that is %s', async (_what, prime) => {
    const { port } = await rawServer((socket) => {
      socket.write('SSH-2.0-x\r\n');
      const offer = { ...OFFER, kexAlgorithms: ['diffie-hellman-group-exchange-sha256'] };
      socket.write(packet(kexInit(offer)));
      socket.write(packet(Buffer.concat([Buffer.from([31]), string(prime), string(Buffer.from([2]))])));
    });
    const seen = await observe(sshHostKeys, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain('The server chose a group of');
  });

  it('does not look into version 1', async () => {
    const { port } = await rawServer((socket) => void socket.write('SSH-1.5-old\n'));
    const seen = await observe(sshHostKeys, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
  });
});
