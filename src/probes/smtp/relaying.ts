import type { Connection } from '../../scanner/connection.ts';
import type { SmtpReply } from './reply.ts';
import { ask, greet, parseExtensions, requestTls, unexpected } from './session.ts';

/** How a server took a message from strangers for strangers. */
export interface RelayAnswer {
  readonly accepted: boolean;
  /** Which command got the reply that decided. */
  readonly decidedAt: 'sender' | 'recipient';
  readonly code: number;
}

interface Attempt extends RelayAnswer {
  readonly reply: SmtpReply;
}

/**
 * Nobody is at any of these: names that never exist (RFC 2606), and an address of a documentation network (RFC 5737).
 * The second pair is for servers that want senders and recipients to be in the DNS, which neither the empty sender of
 * bounces nor an address literal need be.
 */
const ENVELOPES = [
  { from: 'picket@picket.invalid', to: 'picket@picket.example' },
  { from: '', to: 'picket@[192.0.2.1]' },
];

/**
 * Asks after EHLO whether mail would be passed on, by MAIL, RCPT and RSET.
 *
 * @throws ConversationError `garbled` when the server only put us off
 */
export async function askToRelay(connection: Connection, hello: SmtpReply): Promise<RelayAnswer> {
  const attempts: Attempt[] = [];
  for (const envelope of ENVELOPES) {
    const attempt = await offer(connection, envelope);
    if (attempt.code === 530 && !connection.encrypted && offersTls(hello)) {
      await encrypt(connection);
      return askToRelay(connection, hello);
    }
    attempts.push(attempt);
    if (attempt.accepted || isAboutRelaying(attempt.reply)) {
      return attempt;
    }
  }
  // Grey-listing and full queues put everybody off (4xx); only a server that means it says no.
  const open = attempts.find(({ code }) => code < 500);
  const [first] = attempts;
  if (open !== undefined || first === undefined) {
    throw unexpected('The offer of a message', open?.reply ?? hello);
  }
  return first;
}

async function offer(connection: Connection, { from, to }: (typeof ENVELOPES)[number]): Promise<Attempt> {
  const sender = await ask(connection, `MAIL FROM:<${from}>`);
  if (sender.code !== 250) {
    return { accepted: false, decidedAt: 'sender', code: sender.code, reply: sender };
  }
  const recipient = await ask(connection, `RCPT TO:<${to}>`);
  // Before anything else is said, so that nothing can become of the message.
  await ask(connection, 'RSET');
  // 251 and 252 are promises to forward.
  const accepted = recipient.code >= 250 && recipient.code <= 252;
  return { accepted, decidedAt: 'recipient', code: recipient.code, reply: recipient };
}

/** "Relay access denied" is final whatever its code: Postfix defers by default what it will never accept. */
function isAboutRelaying({ code, lines }: SmtpReply): boolean {
  return code === 530 || (code >= 400 && lines.some((line) => /\brelay(?:ing)?\b/i.test(line)));
}

function offersTls(hello: SmtpReply): boolean {
  return parseExtensions(hello.lines.slice(1)).startTlsOffered;
}

/** Moves into TLS as old servers speak it too, and says hello again, as RFC 3207 wants. */
async function encrypt(connection: Connection): Promise<void> {
  await requestTls(connection);
  await connection.startTls({ minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' });
  await greet(connection);
}
