import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { parseModule, type RsyncModule } from './rsync/module-list.ts';

// The rsync daemon (its manual pages rsync(1) and rsyncd.conf(5), and the protocol's version 30), port 873.
//
// Sends: a greeting and `#list`. Never the name of a module, so nothing of one is read, and never a credential.

export default defineProbe({
  id: 'rsync',
  title: 'Which modules an rsync daemon lists to everyone',
  transport: 'tcp',
  defaultPorts: [873],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    protocolVersion: z.string().max(16).describe('Version of the protocol in the greeting, as in 31.0'),
    modules: z
      .array(
        z.strictObject({
          name: z.string().max(64).describe('Name of the module'),
          comment: z.string().max(128).describe('What the module says it is for; may be empty'),
        }),
      )
      .max(64)
      .describe('Modules that the daemon lists to a client without credentials, the first 64 of them'),
    moreModules: z.boolean().describe('Whether the daemon lists more modules than these'),
  }),
  maxBytes: 64 * 1024,
  recognises: (words) => GREETING.test(words.toString('latin1', 0, 64)),
  async run(connection) {
    const [, protocolVersion] = GREETING.exec(await readLine(connection)) ?? [];
    if (protocolVersion === undefined) {
      throw new ConversationError('garbled', 'The first line is not the greeting of an rsync daemon.');
    }
    // Version 30 has no part after which more than a list would follow, and every daemon since 2008 takes it.
    await connection.write('@RSYNCD: 30.0\n');
    // A message of the day, which could look like a list, comes before the question.
    await connection.readUntilQuiet(QUIET_MS, MAX_MESSAGE);
    await connection.write('#list\n');
    const modules = await readModules(connection);
    return {
      encrypted: connection.encrypted,
      protocolVersion,
      modules: modules.slice(0, MAX_MODULES),
      moreModules: modules.length > MAX_MODULES,
    };
  },
});

const GREETING = /^@RSYNCD: (\d{1,3}(?:\.\d{1,3})?)[ \r\n]/;
const MAX_LINE = 1024;
const MAX_MODULES = 64;
const MAX_MESSAGE = 16 * 1024;
const QUIET_MS = 250;
/** A long or slow message of the day may still be on its way. */
const MAX_LINES = 512;

async function readModules(connection: Connection): Promise<RsyncModule[]> {
  const modules: RsyncModule[] = [];
  for (let lines = 0; lines < MAX_LINES && modules.length <= MAX_MODULES; lines += 1) {
    const line = (await readLine(connection)).replace(/\r?\n$/, '');
    if (line === '@RSYNCD: EXIT') {
      return modules;
    }
    if (line.startsWith('@ERROR')) {
      throw new ConversationError('garbled', `The daemon refused to list: "${printable(line, 120)}".`);
    }
    const module = parseModule(line);
    if (module !== null) {
      modules.push(module);
    }
  }
  if (modules.length === 0) {
    throw new ConversationError('garbled', `The list did not begin within ${MAX_LINES} lines.`);
  }
  return modules;
}

async function readLine(connection: Connection): Promise<string> {
  return (await connection.readUntil('\n', MAX_LINE)).toString('utf8');
}
