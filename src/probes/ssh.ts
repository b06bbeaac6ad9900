import { z } from 'zod';
import { defineProbe } from '../scanner/probe.ts';
import {
  OUR_IDENTIFICATION,
  parseIdentification,
  readIdentificationLine,
  speaksTwo,
} from './ssh/identification.ts';
import { readKexInit, type KexInit } from './ssh/kex-init.ts';
import { Transport } from './ssh/transport.ts';

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
  recognises: (words) => words.subarray(0, 4).toString('latin1') === 'SSH-',
  async run(connection) {
    const identification = parseIdentification(await readIdentificationLine(connection));
    await connection.write(`${OUR_IDENTIFICATION}\r\n`);
    if (!speaksTwo(identification)) return { ...identification, ...NOTHING };
    const { lists } = await readKexInit(new Transport(connection));
    return { ...identification, ...lists };
  },
});

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
