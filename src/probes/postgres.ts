import { z } from 'zod';
import { ConversationError, defineProbe } from '../scanner/probe.ts';

// PostgreSQL frontend/backend protocol 3.0 (PostgreSQL documentation, "Message Formats"), port 5432.
//
// Sends: one SSLRequest of eight bytes. Never a StartupMessage: that would begin a login.

const SSL_REQUEST = Buffer.from([0x00, 0x00, 0x00, 0x08, 0x04, 0xd2, 0x16, 0x2f]);
/** The answer is a single byte; whoever says more in this time speaks another protocol. */
const SILENCE_MS = 100;

export default defineProbe({
  id: 'postgres',
  title: 'Whether PostgreSQL offers TLS',
  transport: 'tcp',
  defaultPorts: [5432],
  layers: ['plain'],
  facts: z.strictObject({
    tlsOffered: z.boolean().describe('Whether the server agreed to TLS when asked with SSLRequest'),
  }),
  maxBytes: 4096,
  async run(connection) {
    await connection.write(SSL_REQUEST);
    const answer = await connection.readExactly(1);
    const more = await connection.readUntilQuiet(SILENCE_MS, 64);
    const letter = answer.toString('latin1');
    if (more.length > 0 || (letter !== 'S' && letter !== 'N')) {
      throw new ConversationError(
        'garbled',
        `SSLRequest was answered with ${1 + more.length} bytes beginning 0x${answer.toString('hex')}, not with "S" or "N" alone.`,
      );
    }
    return { tlsOffered: letter === 'S' };
  },
});
