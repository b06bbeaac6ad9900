import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { bySpeakingFirst, identify, questionAt, services } from './small-services/answers.ts';

// The small services of early Unix: echo (RFC 862), daytime (RFC 867), chargen (RFC 864), finger (RFC 1288), rexec,
// rlogin (RFC 1282) and rsh; ports 7, 13, 19, 79 and 512 to 514.
//
// Sends: to a server that stays silent one short line that is nobody's user name; to rexec and rlogin, at ports 512 and
// 513, one zero byte, which is how their clients begin; at ports 13, 19 and 514 nothing. Never a user name that there
// could be, a password or a command.

export default defineProbe({
  id: 'small-services',
  title: 'Whether one of the unencrypted services of early Unix answers',
  transport: 'tcp',
  defaultPorts: [7, 13, 19, 79, 512, 513, 514],
  layers: ['plain'],
  facts: z.strictObject({
    service: z.enum(services).describe('Which service it is, by what it says'),
  }),
  maxBytes: 256 * 1024,
  recognises: (words) => bySpeakingFirst(words) !== null,
  async run(connection) {
    const { port } = connection.target;
    const greeting = await connection.greeting();
    const question = greeting.length > 0 ? '' : questionAt(port);
    if (question !== '') await connection.write(question);
    const said = greeting.length > 0 ? greeting : await hear(connection);
    const service = identify(said, port, question);
    if (service === null) throw foreign(said);
    return { service };
  },
});

const QUIET_MS = 250;

/** Waits for the first bytes, and a moment for those after them. */
async function hear(connection: Connection): Promise<Buffer> {
  const first = await connection.read();
  return first.length === 0 ? first : Buffer.concat([first, await connection.readUntilQuiet(QUIET_MS, 4096)]);
}

function foreign(words: Buffer): ConversationError {
  const what = words.length === 0 ? 'hung up without a word' : `said "${printable(words, 80)}"`;
  return new ConversationError('garbled', `The server ${what}, as none of the small services does.`);
}
