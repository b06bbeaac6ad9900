import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';

// Apache ZooKeeper's four-letter words (ZooKeeper Administrator's Guide), ports 2181 and 2281 (TLS).
//
// Sends: `srvr`, the one word that is answered by default. Never a session, which would be written to all servers of
// the ensemble, and none of the words that list sessions, paths or settings.

const MAX_ANSWER = 4096;

export default defineProbe({
  id: 'zookeeper',
  title: 'Whether ZooKeeper tells anybody about itself',
  transport: 'tcp',
  defaultPorts: [2181, 2281],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    statusTold: z
      .boolean()
      .describe('Whether a client without credentials is told the state of the server; some are set not to'),
    version: z.string().max(128).nullable().describe('Version as the server gives it; null when it does not'),
    standalone: z
      .boolean()
      .nullable()
      .describe('Whether the server is on its own, not part of an ensemble; null when it does not say'),
  }),
  maxBytes: 8192,
  async run(connection) {
    await connection.write('srvr\r\n');
    return { encrypted: connection.encrypted, ...toldBy(await readAnswer(connection)) };
  },
});

/** Reads up to the last line of interest, or until the server hangs up, which it does after its answer. */
export async function readAnswer(connection: Pick<Connection, 'read'>): Promise<string> {
  let answer = '';
  while (answer.length < MAX_ANSWER && !/^Mode: .*\n/m.test(answer)) {
    const chunk = await connection.read().catch((error: unknown) => {
      // It leaves our line end unread, which makes the end of its connection a reset.
      if (answer !== '' && error instanceof ConversationError && error.status === 'reset') return null;
      throw error;
    });
    if (chunk === null || chunk.length === 0) break;
    answer += chunk.toString('latin1');
    // Nobody else's answer begins with these letters, and a stranger need not be listened to until the end.
    if (!/^[zts]/i.test(answer)) break;
  }
  return answer;
}

/** What the answer to `srvr` tells. @throws ConversationError `garbled` */
export function toldBy(answer: string) {
  if (/^srvr is not (?:executed because it is not in the whitelist|currently enabled)/.test(answer)) {
    return { statusTold: false, version: null, standalone: null };
  }
  if (answer.startsWith('This ZooKeeper instance is not currently serving requests')) {
    return { statusTold: true, version: null, standalone: null };
  }
  const version = /^Zookeeper version: ([^,\n]{1,128})/.exec(answer)?.[1];
  if (version === undefined) {
    throw new ConversationError('garbled', `srvr was answered with "${printable(answer, 80)}".`);
  }
  const mode = /^Mode: ([a-z-]{1,16})$/m.exec(answer)?.[1];
  return {
    statusTold: true,
    version: printable(version, 128),
    standalone: mode === undefined ? null : mode === 'standalone',
  };
}
