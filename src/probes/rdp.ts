import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { CREDSSP, negotiate, STANDARD, TLS, type Selection } from './rdp/negotiation.ts';

// Remote Desktop Protocol ([MS-RDPBCGR]), port 3389.
//
// Sends: a connection request (X.224) on up to three connections, for network level authentication, for TLS, and for
// RDP's own security. Never what follows it, so no session, no log-in screen and no name of a user.

const accepted = z.enum(['standard', 'tls', 'nla']);

export default defineProbe({
  id: 'rdp',
  title: 'Which security protocols a remote desktop accepts',
  transport: 'tcp',
  defaultPorts: [3389],
  layers: ['plain'],
  facts: z.strictObject({
    securityProtocols: z
      .array(accepted)
      .max(3)
      .describe(
        'What a client may choose: "standard" is RDP’s own encryption, "tls" TLS with a log-in on the screen, "nla" network level authentication (CredSSP), which wants credentials first',
      ),
    startTlsOffered: z
      .boolean()
      .describe('Whether TLS or network level authentication, which is inside it, is accepted'),
  }),
  maxBytes: 4096,
  async startTls(connection) {
    const { selection } = await negotiate(connection, TLS | CREDSSP);
    if (selection !== 'tls' && selection !== 'nla') {
      throw new ConversationError('garbled', 'The remote desktop accepts no TLS.');
    }
  },
  async run(connection) {
    const securityProtocols = await accepting(connection);
    const startTlsOffered = securityProtocols.some((protocol) => protocol !== 'standard');
    return { securityProtocols, startTlsOffered };
  },
});

async function accepting(connection: Connection): Promise<z.infer<typeof accepted>[]> {
  const best = await negotiate(connection, TLS | CREDSSP);
  connection.close();
  if (!best.negotiates) {
    return ['standard'];
  }
  const others = [await ask(connection, TLS), await ask(connection, STANDARD)];
  const selections = new Set<Selection>([best.selection, ...others]);
  return accepted.options.filter((protocol) => selections.has(protocol));
}

async function ask(first: Connection, protocols: number): Promise<Selection> {
  const connection = await first.another();
  try {
    return (await negotiate(connection, protocols)).selection;
  } finally {
    connection.close();
  }
}
