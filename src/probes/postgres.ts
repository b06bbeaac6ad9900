import { z } from 'zod';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { agreesToTls } from './postgres/ssl-request.ts';

// PostgreSQL frontend/backend protocol 3.0 (PostgreSQL documentation, "Message Formats"), port 5432.
//
// Sends: one SSLRequest of eight bytes. Never a StartupMessage: that would begin a login.

/** The answer is a single byte; whoever says more in this time speaks another protocol. */
const SILENCE_MS = 100;

export default defineProbe({
  id: 'postgres',
  title: 'Whether PostgreSQL offers TLS',
  transport: 'tcp',
  defaultPorts: [5432],
  layers: ['plain'],
  facts: z.strictObject({
    startTlsOffered: z.boolean().describe('Whether the server agreed to TLS when asked with SSLRequest'),
  }),
  maxBytes: 4096,
  async startTls(connection) {
    if (!(await agreesToTls(connection))) {
      throw new ConversationError('garbled', 'The server does not offer TLS.');
    }
  },
  async run(connection) {
    const startTlsOffered = await agreesToTls(connection);
    const more = await connection.readUntilQuiet(SILENCE_MS, 64);
    if (more.length > 0) {
      throw new ConversationError(
        'garbled',
        `SSLRequest was answered with ${1 + more.length} bytes, not with "S" or "N" alone.`,
      );
    }
    return { startTlsOffered };
  },
});
