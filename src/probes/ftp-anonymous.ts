import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { defineProbe } from '../scanner/probe.ts';
import type { FtpReply } from './ftp/reply.ts';
import { ask, readGreeting, requestTls, unexpected } from './ftp/session.ts';

// Anonymous FTP (RFC 1635), ports 21 and 990 (TLS).
//
// Sends: USER anonymous and, when the server asks for it, PASS with an address that is nobody's, then QUIT. A server
// that wants TLS first gets, on a new connection, AUTH TLS, a handshake and the same. Never another name or password, and after the
// log-in no command about files.

export default defineProbe({
  id: 'ftp-anonymous',
  title: 'Whether an FTP server lets anonymous users in',
  transport: 'tcp',
  defaultPorts: [21, 990],
  layers: ['plain', 'tls'],
  follows: 'ftp',
  scanClass: 'login',
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the attempt to log in went through TLS'),
    accepted: z.boolean().describe('Whether the user "anonymous" was let in'),
    replyCode: z.int().min(200).max(699).describe('Code of the reply that decided: 230 let in, 530 refused'),
  }),
  maxBytes: 128 * 1024,
  async run(connection) {
    await readGreeting(connection);
    const user = await ask(connection, USER);
    if (connection.encrypted || !wantsTls(user)) {
      return logIn(connection, user);
    }
    // Most servers hang up with that refusal.
    connection.close();
    const inside = await insideTls(await connection.another());
    return inside === null ? describe(connection, user) : logIn(inside, await ask(inside, USER));
  },
});

const USER = 'USER anonymous';
/** The password of an anonymous user is an address by convention; this one can be nobody's (RFC 2606). */
const OUR_ADDRESS = 'picket@picket.invalid';

/** Whether a refusal of the name says that TLS is needed first. */
function wantsTls({ code, lines }: FtpReply): boolean {
  return code >= 500 && lines.some((line) => /\b(?:SSL|TLS|encrypt)/i.test(line));
}

/** Moves a fresh connection into TLS; null when the server declines. */
async function insideTls(connection: Connection): Promise<Connection | null> {
  await readGreeting(connection);
  if (!(await requestTls(connection)).agreed) {
    return null;
  }
  // Old servers too: what is good enough for them is another probe's question.
  await connection.startTls({ minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' });
  return connection;
}

/** Goes on from the reply to USER. */
async function logIn(connection: Connection, user: FtpReply) {
  const outcome = user.code === 331 ? await ask(connection, `PASS ${OUR_ADDRESS}`) : user;
  const seen = describe(connection, outcome);
  // After a refusal the server may hang up first, and there is nothing left to say.
  if (seen.accepted) {
    await connection.write('QUIT\r\n');
  }
  return seen;
}

function describe({ encrypted }: Connection, outcome: FtpReply) {
  return { encrypted, accepted: acceptance(outcome), replyCode: outcome.code };
}

/** Whether the reply to USER or PASS lets in. 332 wants an account as well, which an anonymous user has not. */
function acceptance(reply: FtpReply): boolean {
  const { code } = reply;
  if (code >= 200 && code < 300) {
    return true;
  }
  if (code === 332 || code >= 500) {
    return false;
  }
  throw unexpected('The log-in', reply);
}
