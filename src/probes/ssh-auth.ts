import { z } from 'zod';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { Fields, string } from './ssh/data.ts';
import { exchangeKeys, openSession } from './ssh/key-exchange.ts';
import { chooseSuites, protect } from './ssh/session-keys.ts';
import type { Transport } from './ssh/transport.ts';

// What an SSH server wants to see for a login (RFC 4252, section 5.2), port 22.
//
// Sends: one key exchange, and one request of the method "none" for the user "picket", which every server answers with
// the methods that may go on. The server notes a failed login of that user. Never a password, a key, an answer to a
// prompt or a second request, and nothing after the answer.

const USER = 'picket';

const NEWKEYS = 21;
const SERVICE_REQUEST = 5;
const SERVICE_ACCEPT = 6;
const USERAUTH_REQUEST = 50;
const USERAUTH_FAILURE = 51;
const USERAUTH_SUCCESS = 52;
const USERAUTH_BANNER = 53;
const MAX_BANNERS = 4;

export default defineProbe({
  id: 'ssh-auth',
  title: 'Ways to log in that an SSH server offers',
  transport: 'tcp',
  defaultPorts: [22],
  layers: ['plain'],
  follows: 'ssh',
  scanClass: 'login',
  facts: z.strictObject({
    methods: z
      .array(z.string().max(64))
      .max(512)
      .describe(
        'Methods with which a login may begin, in the server’s order: publickey, password, keyboard-interactive…',
      ),
    noneAccepted: z.boolean().describe('Whether the server let the user "picket" in without anything'),
  }),
  maxBytes: 128 * 1024,
  async run(connection) {
    const session = await openSession(connection);
    const { toServer, toClient } = chooseSuites(session.offered);
    const exchanged = await exchangeKeys(session, {
      ciphersToServer: [toServer.cipher],
      ciphersToClient: [toClient.cipher],
      macsToServer: [toServer.mac],
      macsToClient: [toClient.mac],
      compressionToServer: ['none'],
      compressionToClient: ['none'],
    });
    const { transport } = session;
    const secrets = exchanged.secrets();
    await transport.send(Buffer.from([NEWKEYS]));
    transport.protectOutbound(protect(toServer, secrets, ['A', 'C', 'E']));
    await transport.expect(NEWKEYS, 'NEWKEYS');
    transport.protectInbound(protect(toClient, secrets, ['B', 'D', 'F']));
    await transport.send(Buffer.concat([Buffer.from([SERVICE_REQUEST]), string('ssh-userauth')]));
    await transport.expect(SERVICE_ACCEPT, 'SERVICE_ACCEPT');
    const request = [string(USER), string('ssh-connection'), string('none')];
    await transport.send(Buffer.concat([Buffer.from([USERAUTH_REQUEST]), ...request]));
    return answer(transport);
  },
});

async function answer(transport: Transport): Promise<{ methods: string[]; noneAccepted: boolean }> {
  for (let messages = 0; messages <= MAX_BANNERS; messages += 1) {
    const payload = await transport.receive();
    if (payload[0] === USERAUTH_SUCCESS) return { methods: [], noneAccepted: true };
    if (payload[0] === USERAUTH_FAILURE) {
      return { methods: new Fields(payload.subarray(1), 'USERAUTH_FAILURE').names(), noneAccepted: false };
    }
    if (payload[0] !== USERAUTH_BANNER) break;
  }
  throw new ConversationError('garbled', 'The server does not answer a login as RFC 4252 has it.');
}
