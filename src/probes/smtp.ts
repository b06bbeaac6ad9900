import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { withoutDates } from '../scanner/without-dates.ts';
import { readReply, type SmtpReply } from './smtp/reply.ts';

// SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH (RFC 4954), ports 25, 587 and 465 (TLS).
//
// Sends: EHLO and QUIT. Never STARTTLS, AUTH, MAIL, RCPT, DATA, VRFY or EXPN.

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
  recognises: (greeting) => {
    const text = greeting.toString('latin1', 0, 512);
    return /^220[ -]/.test(text) && /\bE?SMTP\b|\bmail\b/i.test(text) && !/\bFTP\b/i.test(text);
  },
  async run(connection) {
    const greeting = await readReply(connection);
    if (greeting.code !== 220) {
      throw unexpected('The greeting', greeting);
    }
    const hello = await greet(connection);
    await connection.write('QUIT\r\n');
    return {
      encrypted: connection.encrypted,
      banner: printable(withoutDates(greeting.lines[0] ?? ''), 256).trim(),
      ...parseExtensions(hello.lines.slice(1)),
    };
  },
});

/** A name that can be nobody's (RFC 2606); we have none that the server could look up. */
const OUR_NAME = 'picket.invalid';

/**
 * EHLO, and HELO where that is refused: a server that knows neither is not SMTP, however much its codes look
 * alike (FTP).
 */
async function greet(connection: Connection): Promise<SmtpReply> {
  await connection.write(`EHLO ${OUR_NAME}\r\n`);
  const extended = await readReply(connection);
  if (extended.code === 250) {
    return extended;
  }
  if (extended.code < 500) {
    throw unexpected('EHLO', extended);
  }
  await connection.write(`HELO ${OUR_NAME}\r\n`);
  const plain = await readReply(connection);
  if (plain.code !== 250) {
    throw unexpected('HELO', plain);
  }
  return { code: plain.code, lines: plain.lines.slice(0, 1) };
}

function unexpected(what: string, reply: SmtpReply): ConversationError {
  const text = printable(`${reply.code} ${reply.lines[0] ?? ''}`, 120);
  return new ConversationError('garbled', `${what} got the reply "${text}", with which nothing can be said.`);
}

/** What the lines of an EHLO reply after its first one offer. */
export function parseExtensions(lines: readonly string[]) {
  const extensions = new Set<string>();
  const authMechanisms = new Set<string>();
  for (const line of lines) {
    // "AUTH=" is how servers spelt it before RFC 2554; some still send both.
    const [keyword, ...parameters] = line.toUpperCase().split(/[ =]+/);
    if (keyword === undefined || !/^[A-Z0-9][A-Z0-9-]{0,63}$/.test(keyword)) {
      continue;
    }
    extensions.add(keyword);
    if (keyword === 'AUTH') {
      parameters
        .filter((name) => /^[A-Z0-9_-]{1,64}$/.test(name))
        .forEach((name) => authMechanisms.add(name));
    }
  }
  return {
    extensions: [...extensions].slice(0, 64),
    startTlsOffered: extensions.has('STARTTLS'),
    authMechanisms: [...authMechanisms].slice(0, 32),
  };
}
