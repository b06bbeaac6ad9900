import { z } from 'zod';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { withoutDates } from '../scanner/without-dates.ts';
import { isTerminalText, parseNegotiation } from './telnet/negotiation.ts';

// Telnet (RFC 854), port 23.
//
// Sends: nothing. A server opens with the options that it wants to agree on. Never an answer to them, so many servers
// do not come as far as asking for a name, and never a name or password.

export default defineProbe({
  id: 'telnet',
  title: 'Whether a telnet server answers, and with which options it opens',
  transport: 'tcp',
  defaultPorts: [23, 2323],
  layers: ['plain'],
  facts: z.strictObject({
    options: z
      .array(z.string().max(64))
      .max(64)
      .describe('Options that the server offers (WILL) and asks for (DO) unasked, by name or number'),
    banner: z
      .string()
      .max(256)
      .nullable()
      .describe('First line of text that the server sent unasked, without dates; null without any'),
  }),
  maxBytes: 16 * 1024,
  recognises: (words) => {
    const negotiation = parseNegotiation(words);
    return negotiation !== null && isTerminalText(negotiation.text);
  },
  async run(connection) {
    // Some servers look up our name first; so the first bytes have the whole deadline, and not just a moment.
    const first = await connection.readExactly(1);
    const more = await connection.readUntilQuiet(QUIET_MS, 4096);
    const said = Buffer.concat([first, more]);
    const negotiation = parseNegotiation(said);
    if (negotiation === null) {
      throw new ConversationError('garbled', `"${printable(said, 80)}" negotiates no option of telnet.`);
    }
    return { options: negotiation.options.slice(0, 64), banner: firstLine(negotiation.text) };
  },
});

const QUIET_MS = 250;

function firstLine(text: Buffer): string | null {
  const lines = text
    .toString('latin1')
    .split(/[\r\n\0]+/)
    .map((line) => printable(withoutDates(line), 256).trim());
  return lines.find((line) => line !== '') ?? null;
}
