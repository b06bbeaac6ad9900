import { z } from 'zod';
import { defineProbe } from '../scanner/probe.ts';
import { askToRelay } from './smtp/relaying.ts';
import { greet, readGreeting } from './smtp/session.ts';

// Mail relaying (RFC 5321, section 3.6), ports 25, 587 and 465 (TLS).
//
// Sends: EHLO, MAIL and RCPT with addresses that are nobody's (RFC 2606 and 5737), RSET and QUIT; STARTTLS first where
// the server wants it. Where both addresses were refused for another reason than relaying, one more pair. Never DATA or
// BDAT, so no message comes into being, and never AUTH.

export default defineProbe({
  id: 'smtp-relay',
  title: 'Whether a mail server takes mail from strangers for strangers',
  transport: 'tcp',
  defaultPorts: [25, 465, 587],
  layers: ['plain', 'tls'],
  follows: 'smtp',
  scanClass: 'relay',
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the offer of a message went through TLS'),
    accepted: z
      .boolean()
      .describe(
        'Whether a recipient was accepted that is not the server’s, from a sender that is not either',
      ),
    decidedAt: z.enum(['sender', 'recipient']).describe('Which address got the reply that decided'),
    replyCode: z.int().min(200).max(599).describe('Code of that reply: 250 accepted, 554 refused'),
  }),
  maxBytes: 32 * 1024,
  async run(connection) {
    await readGreeting(connection);
    const { accepted, decidedAt, code } = await askToRelay(connection, await greet(connection));
    await connection.write('QUIT\r\n');
    return { encrypted: connection.encrypted, accepted, decidedAt, replyCode: code };
  },
});
