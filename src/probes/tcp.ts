import { z } from 'zod';
import { printable } from '../scanner/printable.ts';
import { defineProbe } from '../scanner/probe.ts';
import { withoutDates } from '../scanner/without-dates.ts';

// TCP port state (RFC 9293), at any port.
//
// Sends: nothing. The handshake is the whole question; then it listens for a moment, because many servers speak
// first. Never sends a byte of any protocol.

export default defineProbe({
  id: 'tcp',
  title: 'Whether a TCP port accepts connections, and what the server says unasked',
  transport: 'tcp',
  defaultPorts: [],
  layers: ['plain'],
  facts: z.strictObject({
    open: z.literal(true).describe('The port accepted a connection; a port that does not has no facts'),
    greeting: z
      .string()
      .max(256)
      .nullable()
      .describe(
        'First line that the server sent unasked, without dates and escaped; null when it stayed silent',
      ),
  }),
  maxBytes: 4096,
  async run(connection) {
    return { open: true as const, greeting: greetingLine(await connection.greeting()) };
  },
});

/** The first line with anything in it as a fact: escaped, at most 256 characters; null when there is none. */
export function greetingLine(received: Buffer): string | null {
  const lines = received.toString('latin1').split(/[\r\n]+/);
  const line = lines.find((candidate) => candidate !== '');
  return line === undefined ? null : printable(withoutDates(line), 256).trim() || null;
}
