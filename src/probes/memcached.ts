import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { BINARY_QUESTIONS, readBinaryAnswers } from './memcached/binary.ts';

// memcached (the protocol.txt of its sources; the binary protocol of its wiki), TCP port 11211.
//
// Sends: `version`. To a server that hangs up on text, the same in the binary protocol, and one `noop`, which does
// nothing, to see whether it is let through. Never get, set, stats or any command that reads data or changes anything.

/** Several times, because a server of the binary protocol waits for 24 bytes before it takes offence at text. */
const TEXT_QUESTION = 'version\r\n'.repeat(3);
const MAX_LINE = 512;

export default defineProbe({
  id: 'memcached',
  title: 'Whether memcached answers a client that has no credentials',
  transport: 'tcp',
  defaultPorts: [11211],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    version: z
      .string()
      .max(64)
      .nullable()
      .describe('Version as the server gives it; null when it tells it only to clients with credentials'),
    authRequired: z.boolean().describe('Whether commands of a client without credentials are refused'),
    protocol: z.enum(['text', 'binary']).describe('Which of its two protocols the server spoke with us'),
  }),
  maxBytes: 8192,
  recognises: (words) =>
    /^(?:(?:ERROR\r\n){1,4}|CLIENT_ERROR unauthenticated\r\n)$/.test(words.toString('latin1', 0, 64)),
  async run(connection) {
    const { encrypted } = connection;
    await connection.write(TEXT_QUESTION);
    const line = await firstLine(connection);
    if (line !== null) return { encrypted, protocol: 'text', ...textAnswer(line) } as const;
    connection.close();
    const binary = await connection.another();
    await binary.write(BINARY_QUESTIONS);
    return { encrypted, protocol: 'binary', ...(await readBinaryAnswers(binary)) } as const;
  },
});

/** The first line of the answer, null when the server hung up instead. */
async function firstLine(connection: Connection): Promise<string | null> {
  let answer = await connection.read().catch((error: unknown) => {
    if (error instanceof ConversationError && error.status === 'reset') return Buffer.alloc(0);
    throw error;
  });
  if (answer.length === 0) return null;
  if (!answer.includes('\n')) answer = Buffer.concat([answer, await connection.readUntil('\n', MAX_LINE)]);
  return answer.toString('latin1', 0, Math.min(MAX_LINE, answer.indexOf('\n'))).trimEnd();
}

function textAnswer(line: string): { version: string | null; authRequired: boolean } {
  const version = /^VERSION ([\x21-\x7e]{1,64})$/.exec(line)?.[1];
  if (version !== undefined) return { version: printable(version, 64), authRequired: false };
  if (line === 'CLIENT_ERROR unauthenticated') return { version: null, authRequired: true };
  throw new ConversationError('garbled', `version was answered with "${printable(line, 80)}".`);
}
