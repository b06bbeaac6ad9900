import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';

// X Window System protocol, version 11 (X.Org documentation, "Connection Setup"), ports 6000 and up.
//
// Sends: the setup of a connection, without authorisation data. Never a request: no window, picture or key is asked
// for, and the connection ends with the server's answer.

export default defineProbe({
  id: 'x11',
  title: 'Whether an X11 display lets in clients without authorisation',
  transport: 'tcp',
  defaultPorts: [6000, 6001],
  layers: ['plain'],
  facts: z.strictObject({
    accessGranted: z.boolean().describe('Whether the display took the connection without authorisation data'),
    vendor: z
      .string()
      .max(128)
      .nullable()
      .describe('Who made the server, as it says to those that it lets in; null for the others'),
    reason: z.string().max(128).nullable().describe('Why the display refused; null when it did not'),
  }),
  maxBytes: 8192,
  async run(connection) {
    await connection.write(SETUP);
    const answer = await connection.readExactly(8);
    const [status, reasonLength = 0] = answer;
    const version = answer.readUInt16LE(2);
    const left = 4 * answer.readUInt16LE(6);
    // "Authenticate", the third status, has no version; no server is known to use it.
    if ((status !== FAILED && status !== GRANTED) || version !== 11) {
      throw new ConversationError(
        'garbled',
        `The setup was answered with status ${status} and version ${version}.`,
      );
    }
    if (status === GRANTED) {
      return { accessGranted: true, vendor: await readVendor(connection, left), reason: null };
    }
    const reason = (await connection.readExactly(Math.min(left, reasonLength))).toString('latin1');
    if (/maximum number of clients/i.test(reason)) {
      throw new ConversationError(
        'garbled',
        'The display has no room for more clients, and so says nothing about access.',
      );
    }
    return { accessGranted: false, vendor: null, reason: printable(reason.replace(/\s+$/, ''), 128) };
  },
});

/** Least significant byte first, version 11.0, and the lengths of an authorisation's name and data, which are 0. */
const SETUP = Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const FAILED = 0;
const GRANTED = 1;
const MAX_TEXT = 512;

/** The vendor's name, after a part of fixed length in which its own length is. */
async function readVendor(connection: Connection, left: number): Promise<string> {
  if (left < 32) {
    throw new ConversationError(
      'garbled',
      `The display granted access with ${left} bytes about itself, not at least 32.`,
    );
  }
  const about = await connection.readExactly(32);
  const length = Math.min(about.readUInt16LE(16), left - 32, MAX_TEXT);
  return printable(await connection.readExactly(length), 128);
}
