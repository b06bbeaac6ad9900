import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { nullIfUnanswered, readsAs, type DatagramExchange } from '../scanner/datagram-exchange.ts';
import { ConversationError, defineDatagramProbe } from '../scanner/probe.ts';
import {
  A,
  IN,
  NOERROR,
  NS,
  NXDOMAIN,
  parseResponse,
  query,
  REFUSED,
  type Question,
  type Response,
} from './dns/message.ts';
import { maxVersion, versionIn, versionQuestions } from './dns/version.ts';

// DNS (RFC 1035), port 53 over UDP.
//
// Sends: the questions for the server's version (version.bind, and version.server when the first has no text); with
// the wish for recursion, the question for the root's name servers and, when the server had trouble with that, for a
// name that nobody can have (RFC 2606), and then the first one without that wish. Each one datagram, and the same once
// more. Never another name, a zone transfer, an update, or a question for ANY.

export default defineDatagramProbe({
  id: 'dns',
  title: 'Whether a DNS server finds out names for everybody, and what it says of itself',
  transport: 'udp',
  defaultPorts: [53],
  facts: z.strictObject({
    openRecursion: z
      .boolean()
      .describe(
        'Whether the server finds out names for us that are not its own, with the help of other servers',
      ),
    version: z
      .string()
      .max(maxVersion)
      .nullable()
      .describe('What the server gives as its version (CHAOS class); null when it keeps that to itself'),
  }),
  async run(exchange) {
    const { silent, version } = await askVersion(exchange);
    return { openRecursion: await findsNames(exchange, { silent }), version };
  },
});

const ROOT_SERVERS: Question = { name: '', type: NS, class: IN };
const NOBODY: Question = { name: 'picket.invalid', type: A, class: IN };

/** `silent` when the first question already got no answer, which is some servers' way to decline. */
async function askVersion(
  exchange: DatagramExchange,
): Promise<{ readonly silent: boolean; readonly version: string | null }> {
  let silent = true;
  for (const question of versionQuestions) {
    const response = await nullIfUnanswered(ask(exchange, question, { recurse: false }));
    if (response === null) break;
    silent = false;
    const version = versionIn(response);
    if (version !== null) return { silent, version };
  }
  return { silent, version: null };
}

/** Whether the server finds names with the help of others; `silent` when nothing has come from it so far. */
async function findsNames(
  exchange: DatagramExchange,
  { silent }: { readonly silent: boolean },
): Promise<boolean> {
  const asked = ask(exchange, ROOT_SERVERS, { recurse: true });
  const roots = silent ? await asked : await nullIfUnanswered(asked);
  if (roots !== null) {
    if (declines(roots)) return false;
    if (roots.rcode === NOERROR && roots.answers.length > 0) return true;
  }
  // A resolver that cannot reach the root, or is slow to, may still know by itself that nobody has this name.
  const nobody = await nullIfUnanswered(ask(exchange, NOBODY, { recurse: true }));
  if (nobody !== null) {
    if (declines(nobody)) return false;
    if (nobody.rcode === NOERROR || nobody.rcode === NXDOMAIN) return true;
  }
  // It neither declined nor succeeded. What it knows without others it says at once, and beside it what it offers.
  const offer = await ask(exchange, ROOT_SERVERS, { recurse: false });
  if (offer.rcode === NOERROR) return offer.recursionAvailable;
  throw new ConversationError(
    'garbled',
    `The server neither found names for us nor declined to, and answers what it knows with code ${offer.rcode}.`,
  );
}

function declines({ rcode, recursionAvailable }: Response): boolean {
  return rcode === REFUSED || !recursionAvailable;
}

async function ask(
  exchange: DatagramExchange,
  question: Question,
  { recurse }: { readonly recurse: boolean },
): Promise<Response> {
  const id = randomInt(0x1_0000);
  const read = (reply: Buffer): Response => parseResponse(reply, id, question);
  const reply = await exchange.ask(query(id, question, recurse), (datagram) =>
    readsAs(() => read(datagram).id === id),
  );
  return read(reply);
}
