import { createPublicKey } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Client as PostgresClient } from 'pg';
import ssh2, { type Algorithms } from 'ssh2';
import type { FleetPort, Trait } from '../../../src/sandbox/fleet/host.ts';
import { traits } from './observe-web.ts';
import { dial, receive } from './sockets.ts';

interface SshTalk {
  /** Comma-separated name lists of KEXINIT, in RFC 4253's order. */
  readonly lists: readonly string[];
  /** Of an RSA host key; null for other types. */
  readonly hostKeyBits: number | null;
  /** Methods that the server would go on with. */
  readonly methods: readonly string[];
}

/** Reads KEXINIT as it stands, then lets ssh2 go as far as authentication. */
async function talkSsh(address: string, port: number): Promise<SshTalk> {
  return { lists: await readKexInit(address, port), ...(await negotiateSsh(address, port)) };
}

async function readKexInit(address: string, port: number): Promise<string[]> {
  const socket = await dial(address, port);
  socket.write('SSH-2.0-test\r\n');
  const afterLine = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf('\r\n') + 2);
  const complete = (bytes: Buffer): boolean =>
    bytes.includes('\r\n') &&
    afterLine(bytes).length >= 4 &&
    afterLine(bytes).length >= 4 + afterLine(bytes).readUInt32BE(0);
  const packet = afterLine(await receive(socket, complete));
  socket.destroy();
  const lists: string[] = [];
  // Packet length, padding length, message number, cookie.
  let offset = 4 + 1 + 1 + 16;
  for (let count = 0; count < 10; count += 1) {
    const length = packet.readUInt32BE(offset);
    lists.push(packet.subarray(offset + 4, offset + 4 + length).toString());
    offset += 4 + length;
  }
  return lists;
}

/** Completes a key exchange and asks for the authentication methods; fails when nothing is in common. */
export async function negotiateSsh(
  address: string,
  port: number,
  algorithms: Algorithms = {},
): Promise<Omit<SshTalk, 'lists'>> {
  const client = new ssh2.Client();
  let hostKeyBits: number | null = null;
  return await new Promise((resolve, reject) => {
    client.on('error', reject);
    client.on('close', () => reject(new Error('closed')));
    client.connect({
      host: address,
      port,
      username: 'nobody',
      algorithms,
      hostVerifier: (key: Buffer) => {
        hostKeyBits = rsaBits(key);
        return true;
      },
      authHandler: (methods, _partial, next) => {
        if (methods === null) {
          next('none');
          return;
        }
        resolve({ hostKeyBits, methods });
        client.end();
      },
    });
  });
}

function rsaBits(key: Buffer): number | null {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error || Array.isArray(parsed) || parsed.type !== 'ssh-rsa') {
    return null;
  }
  return createPublicKey(parsed.getPublicPEM()).asymmetricKeyDetails?.modulusLength ?? null;
}

/** The lines of an EHLO reply, before encryption and, when STARTTLS is offered, after it. */
export async function talkSmtp(
  address: string,
  port: number,
): Promise<{ clear: string; encrypted: string | null; authReply: string }> {
  const plain = await dial(address, port);
  await receive(plain, (bytes) => bytes.includes('\r\n'));
  const clear = await command(plain, 'EHLO test.example');
  const authReply = await command(plain, 'AUTH PLAIN AG5vYm9keQB3cm9uZw==');
  if (!/STARTTLS/.test(clear)) {
    plain.destroy();
    return { clear, encrypted: null, authReply };
  }
  await command(plain, 'STARTTLS');
  const secure = connectTls({ socket: plain, rejectUnauthorized: false });
  const encrypted = await command(secure, 'EHLO test.example');
  secure.destroy();
  plain.destroy();
  return { clear, encrypted, authReply };
}

async function command(socket: Socket, line: string): Promise<string> {
  socket.write(`${line}\r\n`);
  return (await receive(socket, (bytes) => /^\d{3} .*\r\n/m.test(bytes.toString()))).toString();
}

/** The return code of CONNACK for a CONNECT without credentials. */
export async function connectMqtt(
  address: string,
  port: Pick<FleetPort, 'port' | 'protocol'>,
): Promise<number> {
  const raw = await dial(address, port.port);
  const socket = port.protocol === 'mqtts' ? connectTls({ socket: raw, rejectUnauthorized: false }) : raw;
  socket.on('error', () => socket.destroy());
  socket.write(Buffer.from('100f00044d5154540402003c0003747374', 'hex'));
  const connack = await receive(socket, (bytes) => bytes.length >= 4);
  socket.destroy();
  raw.destroy();
  if (connack[0] !== 0x20) {
    throw new Error(`Not a CONNACK: ${connack.toString('hex')}`);
  }
  return connack[3] ?? -1;
}

/** The one letter that answers SSLRequest. */
export async function requestPostgresTls(address: string, port: number): Promise<string> {
  const socket = await dial(address, port);
  socket.write(Buffer.from('0000000804d2162f', 'hex'));
  const answer = await receive(socket, (bytes) => bytes.length >= 1);
  socket.destroy();
  return answer.toString();
}

/** Sees for itself what is wrong with a server that is not a web server. */
export async function observeService(address: string, port: FleetPort): Promise<Trait[]> {
  switch (port.protocol) {
    case 'ssh': {
      const { lists, hostKeyBits, methods } = await talkSsh(address, port.port);
      const [kex = '', hostKeys = '', , ciphers = '', , macs = ''] = lists;
      return traits({
        'ssh-weak-kex': /sha1(,|$)/.test(kex),
        'ssh-weak-host-key-algorithm': hostKeys.split(',').includes('ssh-rsa'),
        'ssh-weak-cipher': /-cbc/.test(ciphers),
        'ssh-weak-mac': /md5|sha1-96/.test(macs),
        'ssh-short-host-key': hostKeyBits !== null && hostKeyBits < 2048,
        'ssh-password-offered': methods.includes('password'),
      });
    }
    case 'smtp': {
      const { clear, encrypted } = await talkSmtp(address, port.port);
      if (encrypted !== null && !/AUTH/.test(encrypted)) {
        throw new Error('A server with STARTTLS should offer AUTH after it.');
      }
      return traits({ 'smtp-no-starttls': encrypted === null, 'smtp-auth-in-clear': /AUTH/.test(clear) });
    }
    case 'mqtt':
    case 'mqtts':
      return traits({ 'mqtt-anonymous': (await connectMqtt(address, port)) === 0 });
    case 'postgres': {
      const client = new PostgresClient({
        host: address,
        port: port.port,
        user: 'postgres',
        database: 'postgres',
      });
      await client.connect();
      const { rows } = await client.query<{ answer: number }>('select 6 * 7 as answer');
      await client.end();
      return traits({
        'postgres-no-tls': (await requestPostgresTls(address, port.port)) === 'N',
        'postgres-no-password': rows[0]?.answer === 42,
      });
    }
    default:
      throw new Error(`No observer for ${port.protocol}.`);
  }
}
