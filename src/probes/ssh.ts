import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { readKexInit, type KexInit } from './ssh/kex-init.ts';

// SSH transport layer (RFC 4253), port 22.
//
// Sends: an identification line. The server answers with its KEXINIT in clear, which lists all that it offers.
// Never a KEXINIT of our own, so no key exchange begins, and never any authentication.

const names = (what: string) => z.array(z.string().max(64)).max(512).describe(what);

export default defineProbe({
  id: 'ssh',
  title: 'SSH version and every algorithm that the server offers',
  transport: 'tcp',
  defaultPorts: [22],
  layers: ['plain'],
  facts: z.strictObject({
    protocolVersion: z
      .string()
      .max(16)
      .describe('Protocol version of the identification line; 1.99 is a server that speaks 2.0 and 1.x'),
    software: z
      .string()
      .max(128)
      .describe('Software version of the identification line, as in OpenSSH_9.2p1'),
    comments: z
      .string()
      .max(128)
      .nullable()
      .describe("Comments of the identification line, often the distribution's revision; null without any"),
    kexAlgorithms: names(
      'Key exchange methods in order, with pseudo-methods such as kex-strict-s-v00@openssh.com',
    ),
    hostKeyAlgorithms: names('Host key signature algorithms in order'),
    ciphersToServer: names('Ciphers from client to server in order'),
    ciphersToClient: names('Ciphers from server to client in order'),
    macsToServer: names('Message authentication codes from client to server in order'),
    macsToClient: names('Message authentication codes from server to client in order'),
    compressionToServer: names('Compression methods from client to server in order'),
    compressionToClient: names('Compression methods from server to client in order'),
  }),
  maxBytes: 64 * 1024,
  recognises: (greeting) => greeting.subarray(0, 4).toString('latin1') === 'SSH-',
  async run(connection) {
    const identification = await readIdentification(connection);
    await connection.write('SSH-2.0-Picket\r\n');
    const lists = speaksTwo(identification.protocolVersion) ? await readKexInit(connection) : NOTHING;
    return { ...identification, ...lists };
  },
});

/** Only protocol 2 has KEXINIT; 1.99 is how a server says that it speaks both (RFC 4253, section 5.1). */
function speaksTwo(protocolVersion: string): boolean {
  return protocolVersion === '1.99' || protocolVersion.startsWith('2.');
}

const NOTHING: KexInit = {
  kexAlgorithms: [],
  hostKeyAlgorithms: [],
  ciphersToServer: [],
  ciphersToClient: [],
  macsToServer: [],
  macsToClient: [],
  compressionToServer: [],
  compressionToClient: [],
};

/** Servers may send other lines before their identification (RFC 4253, section 4.2). */
const MAX_LINES_BEFORE = 32;
const MAX_LINE = 1024;

async function readIdentification(connection: Connection): Promise<Identification> {
  for (let line = 0; line <= MAX_LINES_BEFORE; line += 1) {
    const text = (await connection.readUntil('\n', MAX_LINE)).toString('latin1').replace(/\r?\n$/, '');
    if (text.startsWith('SSH-')) {
      return parseIdentification(text);
    }
  }
  throw new ConversationError(
    'garbled',
    `None of the first ${MAX_LINES_BEFORE + 1} lines is an SSH identification.`,
  );
}

interface Identification {
  readonly protocolVersion: string;
  readonly software: string;
  readonly comments: string | null;
}

/** Takes apart `SSH-protoversion-softwareversion comments`, without its line end. */
export function parseIdentification(line: string): Identification {
  const [, protocolVersion, software, comments] =
    /^SSH-(\d{1,3}\.\d{1,3})-(\S*)(?: (.*))?$/s.exec(line) ?? [];
  if (protocolVersion === undefined || software === undefined) {
    throw new ConversationError('garbled', `"${printable(line, 80)}" is not an SSH identification.`);
  }
  return {
    protocolVersion,
    software: printable(software, 128),
    comments: comments === undefined || comments.trim() === '' ? null : printable(comments.trim(), 128),
  };
}
