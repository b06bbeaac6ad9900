import { z } from 'zod';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';

// beanstalkd (the protocol.txt of its sources), port 11300. It knows neither users nor TLS.
//
// Sends: `stats` and `quit`. Never put, reserve, peek, kick or any command that touches a job or a tube.

const MAX_STATS = 8192;

export default defineProbe({
  id: 'beanstalkd',
  title: 'Whether a beanstalkd work queue answers',
  transport: 'tcp',
  defaultPorts: [11300],
  layers: ['plain'],
  facts: z.strictObject({
    version: z
      .string()
      .max(64)
      .nullable()
      .describe('Version as its statistics give it; null when they do not'),
  }),
  maxBytes: 16 * 1024,
  recognises: (words) => words.toString('latin1', 0, 32).startsWith('UNKNOWN_COMMAND\r\n'),
  async run(connection) {
    await connection.write('stats\r\n');
    const line = (await connection.readUntil('\n', 128)).toString('latin1').trimEnd();
    const length = Number(/^OK (\d{1,5})$/.exec(line)?.[1] ?? Number.NaN);
    if (Number.isNaN(length) || length > MAX_STATS) {
      throw new ConversationError('garbled', `stats was answered with "${printable(line, 80)}".`);
    }
    const stats = (await connection.readExactly(length)).toString('latin1');
    if (!stats.startsWith('---\n')) {
      throw new ConversationError('garbled', 'stats was answered with what is no list of statistics.');
    }
    await connection.write('quit\r\n');
    const version = /^version: "?([^"\n]{1,64})"?$/m.exec(stats)?.[1];
    return { version: version === undefined ? null : printable(version, 64) };
  },
});
