import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import type { BsonDocument, BsonReply } from './mongodb/bson.ts';
import { opMsg, queryMessage, readReply } from './mongodb/command.ts';

// MongoDB and others that speak its wire protocol (MongoDB documentation, "MongoDB Wire Protocol"), port 27017.
//
// Sends: isMaster, the greeting that every version knows; buildInfo; and listDatabases, to see whether it is allowed,
// with names only and a filter by which there is at most one. Never a login, never a read of a collection, no write.

/** The whole answer to a line of HTTP; a page that is about it would be longer. */
const HTTP_COMPLAINT =
  /^HTTP\/1\.\d 200 OK\r\n[^]{0,256}\r\n\r\nIt looks like you are trying to access MongoDB over HTTP\b.{0,64}\s*$/;
/** The version of the wire protocol that brought OP_MSG: the server's 3.6. */
const OP_MSG_SINCE = 6;
/** Unauthorized, and AuthenticationFailed of proxies that stand before it. */
const UNAUTHORISED: readonly unknown[] = [13, 18];

export default defineProbe({
  id: 'mongodb',
  title: 'Whether MongoDB answers a client that has no credentials',
  transport: 'tcp',
  defaultPorts: [27017, 27018, 27019],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    maxWireVersion: z
      .int()
      .min(0)
      .max(1000)
      .describe('Newest version of the wire protocol that the server speaks; 0 stands for 2.4 and older'),
    version: z
      .string()
      .max(64)
      .nullable()
      .describe('Version of the server; null when it tells it only to clients with credentials'),
    authRequired: z
      .boolean()
      .describe('Whether a client without credentials is refused the list of databases'),
  }),
  maxBytes: 64 * 1024,
  recognises: (words) => HTTP_COMPLAINT.test(words.toString('latin1', 0, 512)),
  async run(connection) {
    await connection.write(queryMessage(1, { isMaster: 1 }));
    const hello = await readReply(connection, 1);
    const wire = hello.get('maxWireVersion') ?? 0;
    // It would tell that it is no primary, but not that it knows no such command.
    if (hello.get('ok') !== 1 || typeof wire !== 'number' || !Number.isInteger(wire)) {
      throw new ConversationError('garbled', `isMaster was answered with ${failureOf(hello)}.`);
    }
    const maxWireVersion = Math.min(Math.max(wire, 0), 1000);
    const ask = (id: number, command: BsonDocument): Promise<BsonReply> =>
      query(connection, maxWireVersion >= OP_MSG_SINCE ? opMsg(id, command) : queryMessage(id, command), id);
    const version = (await ask(2, { buildInfo: 1 })).get('version');
    const authRequired = isRefused(
      await ask(3, { listDatabases: 1, nameOnly: true, filter: { name: 'admin' } }),
    );
    return {
      encrypted: connection.encrypted,
      maxWireVersion,
      version: typeof version === 'string' ? printable(version, 64) : null,
      authRequired,
    };
  },
});

async function query(connection: Connection, message: Buffer, id: number): Promise<BsonReply> {
  await connection.write(message);
  return readReply(connection, id);
}

/** Whether listDatabases was refused for want of credentials. @throws ConversationError `garbled` */
function isRefused(reply: BsonReply): boolean {
  if (reply.get('ok') === 1) return false;
  // Servers before 2.6 give words and no number.
  if (UNAUTHORISED.includes(reply.get('code'))) return true;
  const words = reply.get('errmsg');
  if (typeof words === 'string' && /^(?:unauthorized|need to login|not authorized)\b/i.test(words))
    return true;
  throw new ConversationError('garbled', `listDatabases was answered with ${failureOf(reply)}.`);
}

function failureOf(reply: BsonReply): string {
  const code = reply.get('code');
  const words = reply.get('errmsg');
  const number = typeof code === 'number' ? `the error ${code}` : 'an answer without success';
  return typeof words === 'string' ? `${number}: "${printable(words, 80)}"` : number;
}
