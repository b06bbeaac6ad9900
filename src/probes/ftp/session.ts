import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { quote, readReply, type FtpReply } from './reply.ts';

/** Service ready in some minutes; the greeting proper follows (RFC 959, section 5.4). */
const SOON = 120;

/** Sends a command and reads its reply. */
export async function ask(connection: Connection, command: string): Promise<FtpReply> {
  await connection.write(`${command}\r\n`);
  return readReply(connection);
}

/** Reads the greeting of a server that lets us in as far as its commands. @throws ConversationError `garbled` */
export async function readGreeting(connection: Connection): Promise<FtpReply> {
  const first = await readReply(connection);
  const greeting = first.code === SOON ? await readReply(connection) : first;
  if (greeting.code !== 220) {
    throw unexpected('The greeting', greeting);
  }
  return greeting;
}

/**
 * Asks for TLS (RFC 4217). Afterwards, where the server agreed, only a handshake may be sent.
 *
 * @throws ConversationError `garbled` for a reply that leaves the question open
 */
export async function requestTls(connection: Connection): Promise<{ agreed: boolean; reply: FtpReply }> {
  const reply = await ask(connection, 'AUTH TLS');
  // 334 is how servers from before RFC 4217 agreed.
  if (reply.code === 234 || reply.code === 334) {
    return { agreed: true, reply };
  }
  if (reply.code < 500) {
    throw unexpected('AUTH TLS', reply);
  }
  return { agreed: false, reply };
}

export function unexpected(what: string, reply: FtpReply): ConversationError {
  return new ConversationError(
    'garbled',
    `${what} got the reply "${quote(reply)}", with which nothing can be said.`,
  );
}
