import { z } from 'zod';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { call } from './rpcbind/call.ts';

// Network File System (RFC 1094, RFC 1813, RFC 7530), versions 2, 3 and 4, TCP port 2049.
//
// Sends: procedure 0 of each version, which does nothing. Never a mount, a look-up or a read.

const PROGRAM = 100_003;
const NULL_PROCEDURE = 0;
const VERSIONS = [2, 3, 4];
/** Any number does; this one is not the beginning of anything that we might be sent back. */
const FIRST_ID = 0x6e66_7300;

export default defineProbe({
  id: 'nfs',
  title: 'Which versions of NFS a file server speaks',
  transport: 'tcp',
  defaultPorts: [2049],
  layers: ['plain'],
  facts: z.strictObject({
    versions: z
      .array(z.int().min(2).max(4))
      .max(VERSIONS.length)
      .describe(
        'Major versions that the server answers to, the oldest first; none when it refuses strangers',
      ),
  }),
  maxBytes: 8192,
  async run(connection) {
    const versions: number[] = [];
    for (const version of VERSIONS) {
      const { kind } = await call(connection, FIRST_ID + version, {
        program: PROGRAM,
        version,
        procedure: NULL_PROCEDURE,
      });
      if (kind === 'no-program') {
        throw new ConversationError('garbled', 'RPC is spoken there, but by another program.');
      }
      if (kind === 'success') versions.push(version);
    }
    return { versions };
  },
});
