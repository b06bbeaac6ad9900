import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { alerts, type AcceptedAnswer, type Answer } from './answer.ts';
import type { Attempts, Lost } from './attempts.ts';
import type { Hello, Manner } from './client-hello.ts';
import { groupsBeforeTls13, groupsOfTls13 } from './groups.ts';
import type { KeyShares } from './key-shares.ts';
import { isDhe } from './suites.ts';

/** What nearly every server has one of, for TLS 1.3 and for the versions before. */
export const usualSuites: readonly number[] = [
  0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc023, 0xc027, 0xc024, 0xc028,
  0xc009, 0xc013, 0xc00a, 0xc014, 0xc008, 0xc012, 0xc007, 0xc011, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f,
  0x0035, 0x000a, 0x0005, 0x0004, 0x009e, 0x009f, 0xccaa, 0x0067, 0x006b, 0x0033, 0x0039, 0x0016,
];

export interface FirstContact {
  /** The hello that was accepted, with the answer; null when the server speaks TLS and took none of the suites. */
  readonly accepted: { readonly hello: Hello; readonly answer: AcceptedAnswer } | null;
  /** How the server wants to be spoken to. */
  readonly manner: Manner;
}

/**
 * Finds out whether the server speaks TLS at all, by a hello as browsers send it; where the server breaks off or stays
 * silent, by a bare one of TLS 1.0, and by one of SSL 2.0.
 *
 * @throws ConversationError when it does not, or lets nobody in without a server name
 */
export async function firstContact(attempts: Attempts, keyShares: KeyShares): Promise<FirstContact> {
  const groups = [...groupsOfTls13, ...groupsBeforeTls13].flat();
  const basis = { suites: usualSuites, groups, serverName: attempts.serverName, keyShares };
  const full: Hello = { ...basis, version: 'TLSv1.3', lowest: 'TLSv1', manner: 'full' };
  const bare: Hello = { ...basis, version: 'TLSv1', manner: 'bare' };
  let last: Answer | Lost | null = null;
  for (const hello of [full, bare]) {
    const answer = await attempts.offer(hello, isDhe);
    if (answer.kind === 'accepted') {
      // Only who fails twice at what the other can do is thought to need it bare.
      const again = hello === full ? answer : await attempts.offer(full, isDhe);
      return again.kind === 'accepted'
        ? { accepted: { hello: full, answer: again }, manner: 'full' }
        : { accepted: { hello, answer }, manner: 'bare' };
    }
    if (answer.kind === 'foreign' && !isSsl2(answer.start)) throw foreign(answer.start);
    if (answer.kind === 'refused' && answer.alert === alerts.unrecognisedName) throw nameWanted();
    // An alert is a word of TLS too.
    if (answer.kind === 'refused' || (answer.kind === 'unclear' && answer.alert !== null)) {
      return { accepted: null, manner: 'full' };
    }
    last = answer;
  }
  if (last?.kind === 'unclear' && last.silent) throw speechless(last);
  const kinds = await attempts.offerSsl2();
  if (Array.isArray(kinds)) return { accepted: null, manner: 'full' };
  throw (kinds?.kind === 'lost' ? kinds.error : null) ?? speechless(last);
}

/** An error message of SSL 2.0, which is what its servers make of a TLS record. */
function isSsl2(start: Buffer): boolean {
  return start.length >= 3 && start.readUInt16BE(0) === 0x8003 && start.readUInt8(2) === 0;
}

function foreign(start: Buffer): ConversationError {
  return new ConversationError(
    'garbled',
    `the server answered a TLS hello with something else: ${printable(start, 32)}`,
  );
}

function nameWanted(): ConversationError {
  return new ConversationError('garbled', 'the server speaks TLS only to clients that ask for a name it has');
}

function speechless(last: Answer | Lost | null): ConversationError {
  if (last?.kind === 'lost') return last.error;
  const silent = last?.kind === 'unclear' && last.silent;
  return new ConversationError(
    'garbled',
    silent ? 'the server stayed silent after TLS hellos' : 'the server hung up after TLS hellos',
  );
}
