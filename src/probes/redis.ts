import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';

// Redis, Valkey and others that speak RESP (the Redis serialisation protocol), port 6379.
//
// Sends: one `PING`. Never AUTH, INFO, KEYS, CONFIG or any command that reads data or changes anything.

/** What it says to a line of HTTP, or unasked when protected mode is on. NATS and POP3 begin their errors alike. */
const COMPLAINT =
  /^-(?:NOAUTH Authentication required|DENIED Redis is running in protected mode|NOPERM this user has no permissions|ERR (?:wrong number of arguments for '?get'? command|unknown command |operation not permitted|max number of clients reached))/i;

export default defineProbe({
  id: 'redis',
  title: 'Whether Redis answers a client that has no credentials',
  transport: 'tcp',
  defaultPorts: [6379, 6380],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    authRequired: z
      .boolean()
      .describe(
        'Whether commands of a client without credentials are refused, by authentication or protected mode',
      ),
    protectedMode: z
      .boolean()
      .describe(
        'Whether protected mode refused us: no password is set, and only loopback clients are served',
      ),
  }),
  maxBytes: 8192,
  recognises: (words) => COMPLAINT.test(words.toString('latin1', 0, 128)),
  async run(connection) {
    await connection.write('*1\r\n$4\r\nPING\r\n');
    return { encrypted: connection.encrypted, ...(await readPingReply(connection)) };
  },
});

async function readPingReply(connection: Connection) {
  const reply = (await connection.readUntil('\r\n', 2048)).toString('latin1').trimEnd();
  const outcome = pingOutcome(reply);
  if (outcome === null) {
    throw new ConversationError(
      'garbled',
      `The answer to PING says nothing about authentication: "${printable(reply, 80)}".`,
    );
  }
  return outcome;
}

/** What a reply to PING tells; null when it is not Redis or leaves the question open. */
export function pingOutcome(reply: string): { authRequired: boolean; protectedMode: boolean } | null {
  if (reply === '+PONG') {
    return { authRequired: false, protectedMode: false };
  }
  // Redis checks authentication and permissions before it looks at its own state, so these two come from a server
  // that would have run the command.
  if (/^-(?:LOADING|MASTERDOWN) /.test(reply)) {
    return { authRequired: false, protectedMode: false };
  }
  if (/^-DENIED .*protected mode/i.test(reply)) {
    return { authRequired: true, protectedMode: true };
  }
  if (/^-(?:NOAUTH|NOPERM|WRONGPASS) /.test(reply) || /^-ERR operation not permitted$/i.test(reply)) {
    return { authRequired: true, protectedMode: false };
  }
  return null;
}
