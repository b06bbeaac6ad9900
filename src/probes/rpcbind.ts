import { z } from 'zod';
import { ByteCursor } from '../scanner/byte-cursor.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { call } from './rpcbind/call.ts';

// The port mapper of ONC RPC, version 2 (RFC 1833, section 3), TCP port 111.
//
// Sends: PMAPPROC_DUMP, which lists what is registered. Never SET or UNSET, and never CALLIT, which has the host call
// another program.

const PORT_MAPPER = 100_000;
const VERSION = 2;
const DUMP = 4;
/** Any number does; this one is not the beginning of anything that we might be sent back. */
const CALL_ID = 0x5069_636b;
const MAX_DUMP = 32 * 1024;
const MAX_PROGRAMS = 64;

/** Names of usual programs in the registry of RPC numbers (IANA); others are told by their number. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [100_000, 'portmapper'],
  [100_001, 'rstatd'],
  [100_002, 'rusersd'],
  [100_003, 'nfs'],
  [100_004, 'ypserv'],
  [100_005, 'mountd'],
  [100_007, 'ypbind'],
  [100_009, 'yppasswdd'],
  [100_011, 'rquotad'],
  [100_021, 'nlockmgr'],
  [100_024, 'status'],
  [100_227, 'nfs_acl'],
]);

export default defineProbe({
  id: 'rpcbind',
  title: 'What an RPC port mapper tells about a host',
  transport: 'tcp',
  defaultPorts: [111],
  layers: ['plain'],
  facts: z.strictObject({
    listed: z.boolean().describe('Whether everybody is told which programs are registered'),
    programs: z
      .array(z.string().max(32))
      .max(MAX_PROGRAMS)
      .describe('Registered programs by name where it is a usual one, otherwise by number, each once'),
  }),
  maxBytes: 64 * 1024,
  async run(connection) {
    const answer = await call(
      connection,
      CALL_ID,
      { program: PORT_MAPPER, version: VERSION, procedure: DUMP },
      MAX_DUMP,
    );
    if (answer.kind === 'success') return { listed: true, programs: registered(answer.results) };
    if (answer.kind === 'no-program') {
      throw new ConversationError('garbled', 'RPC is spoken there, but by another program.');
    }
    return { listed: false, programs: [] };
  },
});

/** Reads the list: while a flag says that one more follows, program, version, protocol and port. */
function registered(results: Buffer): string[] {
  const cursor = new ByteCursor(results, 'The list of programs');
  const numbers = new Set<number>();
  while (cursor.uint32be() === 1) {
    numbers.add(cursor.uint32be());
    // Versions, protocols and ports: most of them change whenever the host starts.
    cursor.skip(12);
  }
  return [...numbers]
    .toSorted((left, right) => left - right)
    .slice(0, MAX_PROGRAMS)
    .map((number) => NAMES.get(number) ?? String(number));
}
