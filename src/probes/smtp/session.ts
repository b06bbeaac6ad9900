import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { readReply, type SmtpReply } from './reply.ts';

/** A name that can be nobody's (RFC 2606); we have none that the server could look up. */
const OUR_NAME = 'picket.invalid';

/** Sends a command and reads its reply. */
export async function ask(connection: Connection, command: string): Promise<SmtpReply> {
  await connection.write(`${command}\r\n`);
  return readReply(connection);
}

/**
 * Reads the greeting to its last line: a server may hold that back for seconds, to catch those who speak too early.
 *
 * @throws ConversationError `garbled` for a server that turns us away
 */
export async function readGreeting(connection: Connection): Promise<SmtpReply> {
  const greeting = await readReply(connection);
  if (greeting.code !== 220) {
    throw unexpected('The greeting', greeting);
  }
  return greeting;
}

/**
 * EHLO, and HELO where that is refused: a server that knows neither is not SMTP, however much its codes look
 * alike (FTP).
 */
export async function greet(connection: Connection): Promise<SmtpReply> {
  const extended = await ask(connection, `EHLO ${OUR_NAME}`);
  if (extended.code === 250) {
    return extended;
  }
  if (extended.code < 500) {
    throw unexpected('EHLO', extended);
  }
  const plain = await ask(connection, `HELO ${OUR_NAME}`);
  if (plain.code !== 250) {
    throw unexpected('HELO', plain);
  }
  return { code: plain.code, lines: plain.lines.slice(0, 1) };
}

/** Has the server agree to TLS; afterwards only a handshake may be sent. @throws ConversationError `garbled` */
export async function requestTls(connection: Connection): Promise<void> {
  const reply = await ask(connection, 'STARTTLS');
  if (reply.code !== 220) {
    throw new ConversationError('garbled', `STARTTLS was declined with "${quote(reply)}".`);
  }
}

export function unexpected(what: string, reply: SmtpReply): ConversationError {
  return new ConversationError(
    'garbled',
    `${what} got the reply "${quote(reply)}", with which nothing can be said.`,
  );
}

function quote(reply: SmtpReply): string {
  return printable(`${reply.code} ${reply.lines[0] ?? ''}`, 120);
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
