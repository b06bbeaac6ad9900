import { createServer } from 'node:net';
import ssh2, { type AuthContext } from 'ssh2';
import { describe, expect, it } from 'vitest';
import sshAuth from '../../src/probes/ssh-auth.ts';
import { METHODS } from '../../src/probes/ssh/key-agreement.ts';
import { describeWith } from '../support/requires.ts';
import { listen, observe, rawServer } from './probing.ts';
import { dropbear, keyFolder, makeDropbearKey, makeKey, sshd } from './ssh-servers.ts';

const login = { classes: ['read', 'login'] } as const;

describeWith('sshd', 'ssh-auth at OpenSSH', () => {
  it.each([
    [['PasswordAuthentication=no', 'KbdInteractiveAuthentication=no'], ['publickey']],
    [['KbdInteractiveAuthentication=no'], ['publickey', 'password']],
    [['PubkeyAuthentication=no'], ['password', 'keyboard-interactive']],
    [['AuthenticationMethods=publickey,password'], ['publickey']],
    [
      ['Banner=/etc/hostname', 'PasswordAuthentication=no'],
      ['publickey', 'keyboard-interactive'],
    ],
  ])('with %j hears %j', async (options, methods) => {
    const folder = keyFolder();
    const port = await sshd(folder, [makeKey(folder, 'key', '-t', 'ed25519')], options);
    const seen = await observe(sshAuth, port, 'plain', {}, login);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ methods, noneAccepted: false });
  });

  it.each(METHODS.map(({ name }) => name))('takes part in %s', async (name) => {
    const folder = keyFolder();
    const port = await sshd(folder, [makeKey(folder, 'key', '-t', 'ed25519')], [`KexAlgorithms=${name}`]);
    const seen = await observe(sshAuth, port, 'plain', {}, login);
    expect(seen.detail).toBeNull();
    expect(seen.facts?.['methods']).toContain('publickey');
  });

  it.each([
    ['aes128-gcm@openssh.com', 'umac-64@openssh.com'],
    ['aes256-gcm@openssh.com', 'umac-64@openssh.com'],
    ['chacha20-poly1305@openssh.com', 'umac-128-etm@openssh.com'],
    ['aes192-ctr', 'hmac-sha2-256'],
    ['aes256-ctr', 'hmac-sha2-512-etm@openssh.com'],
    ['aes128-ctr', 'hmac-sha1-etm@openssh.com'],
    ['aes128-cbc', 'hmac-sha1-96'],
    ['aes256-cbc', 'hmac-md5-96-etm@openssh.com'],
    ['3des-cbc', 'hmac-md5'],
    ['3des-cbc', 'hmac-sha2-256-etm@openssh.com'],
  ])('speaks through %s with %s', async (cipher, mac) => {
    const folder = keyFolder();
    const key = makeKey(folder, 'key', '-t', 'ed25519');
    const port = await sshd(folder, [key], [`Ciphers=${cipher}`, `MACs=${mac}`]);
    const seen = await observe(sshAuth, port, 'plain', {}, login);
    expect(seen.detail).toBeNull();
    expect(seen.facts?.['methods']).toContain('publickey');
  });

  it('does not run without the word of the authorisation', async () => {
    const { port, connections } = await rawServer((socket) => void socket.write('SSH-2.0-x\r\n'));
    await expect(observe(sshAuth, port)).resolves.toMatchObject({ status: 'failed', facts: null });
    expect(connections()).toBe(0);
  });
});

describeWith('dropbear', 'ssh-auth at Dropbear', () => {
  it.each([
    [[], ['publickey', 'password']],
    [['-s'], ['publickey']],
  ])('with %j hears %j', async (options, methods) => {
    const folder = keyFolder();
    const key = makeDropbearKey(folder, 'ed25519', '-t', 'ed25519');
    const port = await dropbear(folder, [key], options);
    const seen = await observe(sshAuth, port, 'plain', {}, login);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ methods, noneAccepted: false });
  });
});

describe('ssh-auth', () => {
  const hostKey = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).private;

  async function serve(decide: (context: AuthContext) => void): Promise<number> {
    const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      client.on('error', () => {});
      client.on('authentication', decide);
    });
    return listen(createServer((socket) => server.injectSocket(socket)));
  }

  it('asks for nothing but "none", once', async () => {
    const asked: string[] = [];
    const port = await serve((context) => {
      asked.push(`${context.method} ${context.username} ${context.service}`);
      context.reject(['publickey', 'hostbased']);
    });
    const { facts } = await observe(sshAuth, port, 'plain', {}, login);
    expect(facts).toEqual({ methods: ['publickey', 'hostbased'], noneAccepted: false });
    expect(asked).toEqual(['none picket ssh-connection']);
  });

  it('tells a server that lets anybody in', async () => {
    const port = await serve((context) => context.accept());
    const { facts } = await observe(sshAuth, port, 'plain', {}, login);
    expect(facts).toEqual({ methods: [], noneAccepted: true });
  });
});
