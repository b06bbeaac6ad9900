import { z } from 'zod';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { withoutDates } from '../scanner/without-dates.ts';
import { greet, parseExtensions, readGreeting, requestTls } from './smtp/session.ts';

// SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH (RFC 4954), ports 25, 587 and 465 (TLS).
//
// Sends: EHLO and QUIT; EHLO and STARTTLS to prepare a connection for the probes of TLS. Never AUTH, MAIL, RCPT, DATA,
// VRFY or EXPN.

export default defineProbe({
  id: 'smtp',
  title: 'What a mail server offers before encryption and after it',
  transport: 'tcp',
  defaultPorts: [25, 465, 587],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS from its first byte'),
    banner: z.string().max(256).describe('Text of the greeting, without dates'),
    extensions: z
      .array(z.string().max(64))
      .max(64)
      .describe('Keywords of the EHLO reply in upper case, without their parameters'),
    startTlsOffered: z.boolean().describe('Whether the EHLO reply offers STARTTLS'),
    authMechanisms: z
      .array(z.string().max(64))
      .max(32)
      .describe('Mechanisms in upper case that AUTH offers on this connection as it is, before any STARTTLS'),
  }),
  maxBytes: 16 * 1024,
  recognises: (words) => {
    const text = words.toString('latin1', 0, 512);
    return /^220[ -]/.test(text) && speaksOfMail(text);
  },
  async startTls(connection) {
    await readGreeting(connection);
    const { startTlsOffered } = parseExtensions((await greet(connection)).lines.slice(1));
    if (!startTlsOffered) {
      throw new ConversationError('garbled', 'The EHLO reply offers no STARTTLS.');
    }
    await requestTls(connection);
  },
  async run(connection) {
    const greeting = await readGreeting(connection);
    const hello = await greet(connection);
    await connection.write('QUIT\r\n');
    return {
      encrypted: connection.encrypted,
      banner: printable(withoutDates(greeting.lines[0] ?? ''), 256).trim(),
      ...parseExtensions(hello.lines.slice(1)),
    };
  },
});

/** Whether a greeting is in SMTP's words and not in FTP's. Host names are left out: they say anything. */
function speaksOfMail(greeting: string): boolean {
  const words = greeting
    .split(/\s+/)
    .filter((word) => !/^[\w-]+(?:\.[\w-]+)+$/.test(word))
    .join(' ');
  return /\bE?SMTP\b/i.test(words) || (/\bmail\b/i.test(words) && !/ftp/i.test(words));
}
