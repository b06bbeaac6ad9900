import { z } from 'zod';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { readSecurityTypes, readVeNCryptTypes, typeName, VENCRYPT } from './vnc/security.ts';

// VNC: the remote framebuffer protocol (RFC 6143), ports 5900 and up.
//
// Sends: a version; where VeNCrypt is offered also that choice, which leads to a list of what is inside it. Never any
// other choice of a security type, no ClientInit, and no answer to a challenge: no session begins.

export default defineProbe({
  id: 'vnc',
  title: 'What a VNC server asks for before it shares its screen',
  transport: 'tcp',
  defaultPorts: [5900, 5901, 5902, 5903],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    protocolVersion: z.string().max(16).describe('Version that the server announces, as in 3.8'),
    securityTypes: z
      .array(z.string().max(32))
      .max(255)
      .describe('Security types in order; "None" lets everyone in'),
    veNCryptTypes: z
      .array(z.string().max(32))
      .max(255)
      .describe('What may follow inside VeNCrypt, in order; empty where that is not offered'),
  }),
  maxBytes: 8192,
  recognises: (words) => VERSION.test(words.toString('latin1', 0, 12)),
  async run(connection) {
    const said = await connection.readExactly(12);
    const [, major, minor] = VERSION.exec(said.toString('latin1')) ?? [];
    if (major === undefined || minor === undefined) {
      throw new ConversationError('garbled', `"${printable(said, 40)}" is not a version of RFB.`);
    }
    const ours = versionToSpeak(Number(major), Number(minor));
    await connection.write(`RFB 003.00${ours}\n`);
    const types = await readSecurityTypes(connection, ours);
    const inside = types.includes(VENCRYPT) ? await readVeNCryptTypes(connection) : [];
    return {
      encrypted: connection.encrypted,
      protocolVersion: `${Number(major)}.${Number(minor)}`,
      securityTypes: types.map(typeName),
      veNCryptTypes: inside.map(typeName),
    };
  },
});

const VERSION = /^RFB (\d{3})\.(\d{3})\n$/;

/** The highest of the three published versions that the server knows; all others count as one of these. */
function versionToSpeak(major: number, minor: number): 3 | 7 | 8 {
  if (major > 3 || minor >= 8) return 8;
  return minor === 7 ? 7 : 3;
}
