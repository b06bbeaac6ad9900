import { z } from 'zod';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { withoutDates } from '../scanner/without-dates.ts';
import { ask, parseCapabilities, readGreeting } from './imap/session.ts';

// IMAP4rev1 and rev2 (RFC 3501, RFC 9051) with TLS (RFC 8314), ports 143 and 993 (TLS).
//
// Sends: CAPABILITY and LOGOUT; STARTTLS to prepare a connection for the probes of TLS. Never LOGIN, AUTHENTICATE,
// SELECT, or any command about mailboxes and messages, not even where the server says that we are logged in.

export default defineProbe({
  id: 'imap',
  title: 'What an IMAP server offers before the log-in, encrypted or not',
  transport: 'tcp',
  defaultPorts: [143, 993],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS from its first byte'),
    banner: z.string().max(256).describe('Text of the greeting, without response code and dates'),
    preAuthenticated: z
      .boolean()
      .describe('Whether the server greets with PREAUTH: it takes everyone who connects for logged in'),
    capabilities: z
      .array(z.string().max(64))
      .max(128)
      .describe('Capabilities in upper case, as offered on this connection as it is'),
    startTlsOffered: z.boolean().describe('Whether STARTTLS is among the capabilities'),
    loginDisabled: z
      .boolean()
      .describe('Whether LOGINDISABLED is among the capabilities: the command LOGIN is refused'),
    authMechanisms: z
      .array(z.string().max(64))
      .max(32)
      .describe('Mechanisms that AUTHENTICATE takes on this connection as it is'),
  }),
  maxBytes: 64 * 1024,
  recognises: (words) => /^\* (?:OK|PREAUTH|BYE)[ \r\n]/.test(words.toString('latin1', 0, 16)),
  async startTls(connection) {
    await readGreeting(connection);
    const { ok, text } = await ask(connection, 'a1', 'STARTTLS');
    if (!ok) {
      throw new ConversationError('garbled', `STARTTLS was declined with "${printable(text, 120)}".`);
    }
  },
  async run(connection) {
    const { preAuthenticated, text } = await readGreeting(connection);
    const { untagged } = await ask(connection, 'a1', 'CAPABILITY');
    const capabilities = parseCapabilities(untagged);
    if (capabilities === null) {
      throw new ConversationError('garbled', 'CAPABILITY was answered without a list of capabilities.');
    }
    await connection.write('a2 LOGOUT\r\n');
    return {
      encrypted: connection.encrypted,
      banner: printable(withoutDates(text), 256).trim(),
      preAuthenticated,
      capabilities,
      startTlsOffered: capabilities.includes('STARTTLS'),
      loginDisabled: capabilities.includes('LOGINDISABLED'),
      authMechanisms: capabilities
        .filter((name) => name.startsWith('AUTH=') && name !== 'AUTH=')
        .map((name) => name.slice('AUTH='.length))
        .slice(0, 32),
    };
  },
});
