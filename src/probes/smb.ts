import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import {
  dialects,
  parseSmb1Answer,
  parseSmb2Answer,
  smb1Negotiate,
  smb2Negotiate,
  type Dialect,
} from './smb/negotiate.ts';
import { ask } from './smb/transport.ts';

// Server Message Block (MS-SMB2 for versions 2 and 3, MS-SMB for version 1), ports 445 and 139 (within NetBIOS).
//
// Sends: the first message of a connection, NEGOTIATE, on connections of their own: with all dialects of SMB 2 and 3,
// with NT LM 0.12 of SMB 1, and with each dialect alone. Never a session, so no user, no share and no file.

export default defineProbe({
  id: 'smb',
  title: 'Which dialects of SMB a server speaks, and whether it insists on signatures',
  transport: 'tcp',
  defaultPorts: [139, 445],
  layers: ['plain'],
  facts: z.strictObject({
    smb1: z.boolean().describe('Whether the server speaks SMB 1, in its dialect NT LM 0.12'),
    dialects: z
      .array(z.enum(dialects))
      .max(dialects.length)
      .describe('Dialects of SMB 2 and 3 that the server speaks, the oldest first'),
    signingRequired: z
      .boolean()
      .describe('Whether every message must be signed, in the newest dialect that the server speaks'),
  }),
  maxBytes: 64 * 1024,
  async run(connection) {
    const newest = await exchange(connection, smb2Negotiate(dialects), parseSmb2Answer);
    const smb1 = await exchange(await connection.another(), smb1Negotiate(), parseSmb1Answer);
    const answered = newest ?? smb1;
    if (answered === null) {
      throw new ConversationError('garbled', 'The server declined every dialect of SMB.');
    }
    const spoken: Dialect[] = [];
    for (const dialect of newest === null ? [] : dialects) {
      if (await speaks(connection, dialect)) spoken.push(dialect);
    }
    if (newest !== null && !spoken.includes(newest.dialect)) {
      // So what it hung up on may have been one connection too many, and no matter of the dialect.
      throw new ConversationError('garbled', 'The server stopped answering what it had answered before.');
    }
    return { smb1: smb1 !== null, dialects: spoken, signingRequired: answered.signingRequired };
  },
});

/** One question on a connection of its own; null when the server hung up on it, or declined. */
async function exchange<Answer>(
  connection: Connection,
  message: Buffer,
  parse: (answer: Buffer) => Answer | null,
): Promise<Answer | null> {
  const answer = await ask(connection, message);
  connection.close();
  return answer === null ? null : parse(answer);
}

async function speaks(connection: Connection, dialect: Dialect): Promise<boolean> {
  const picked = await exchange(await connection.another(), smb2Negotiate([dialect]), parseSmb2Answer);
  return picked?.dialect === dialect;
}
