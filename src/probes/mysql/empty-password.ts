import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { CAPABILITY, clientFlags, HOST_NOT_LET_IN, pluginName } from './greeting.ts';
import { errorCode, packet, readPacket } from './packet.ts';

/** What came of a login without a password. */
export interface LoginOutcome {
  readonly accepted: boolean;
  /** The method that the server asked for last, or proposed at first. */
  readonly authPlugin: string | null;
  /** The error with which it refused; null when it let us in or asked for what we do not have. */
  readonly refusal: number | null;
}

/** What a client without a password answers with in these methods. To all others we have no answer. */
const EMPTY_ANSWERS: ReadonlyMap<string, Buffer> = new Map([
  ['mysql_native_password', Buffer.alloc(0)],
  ['caching_sha2_password', Buffer.from([0])],
  ['sha256_password', Buffer.from([0])],
]);
const NATIVE = 'mysql_native_password';

const OK = 0x00;
const MORE_DATA = 0x01;
const SWITCH = 0xfe;
/** The server takes the empty answer as it is, and says so before its OK. */
const FAST_SUCCESS = 3;
/** A server needs at most a switch of the method, one more word, and its verdict. */
const MAX_STEPS = 4;

/**
 * Errors that are a verdict on the account or on our host: access denied (1045, 1698), no access to a database (1044),
 * account locked (3118, in MariaDB 4151). Others, such as too many connections, leave it open.
 */
const REFUSALS: ReadonlySet<number> = new Set([1044, 1045, HOST_NOT_LET_IN, 1698, 3118, 4151]);
/** The password was right, and has run out. */
const EXPIRED = 1862;

/** The login: a user, no password, no database. `sequence` is the number of the last packet of the exchange. */
export function loginPacket(
  sequence: number,
  { user, plugin, encrypted }: { user: string; plugin: string | null; encrypted: boolean },
): Buffer {
  const method = plugin !== null && EMPTY_ANSWERS.has(plugin) ? plugin : NATIVE;
  const answer = EMPTY_ANSWERS.get(method) ?? Buffer.alloc(0);
  return packet(
    sequence + 1,
    Buffer.concat([
      clientFlags(encrypted ? CAPABILITY.ssl : 0),
      Buffer.from(`${user}\0`, 'latin1'),
      Buffer.from([answer.length]),
      answer,
      Buffer.from(`${method}\0`, 'latin1'),
    ]),
  );
}

/** Reads the server's verdict on {@link loginPacket}, with one change of the method where it asks for that. */
export async function readVerdict(
  connection: Pick<Connection, 'readExactly' | 'write'>,
  proposed: string | null,
): Promise<LoginOutcome> {
  let authPlugin = proposed;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const { sequence, payload } = await readPacket(connection);
    const code = errorCode(payload);
    if (code !== null) return { ...verdictOf(code), authPlugin };
    if (payload[0] === OK) return { accepted: true, authPlugin, refusal: null };
    if (payload[0] === MORE_DATA) {
      if (payload[1] === FAST_SUCCESS) continue;
      // The server wants the password itself, or a proof of it.
      return { accepted: false, authPlugin, refusal: null };
    }
    if (payload[0] !== SWITCH) break;
    authPlugin = askedFor(payload);
    const answer = EMPTY_ANSWERS.get(authPlugin ?? '');
    if (answer === undefined) return { accepted: false, authPlugin, refusal: null };
    await connection.write(packet(sequence + 1, answer));
  }
  throw new ConversationError('garbled', 'The login was answered neither with OK nor with an error.');
}

function askedFor(payload: Buffer): string | null {
  // Without a name it is the method of servers before 4.1.
  if (payload.length === 1) return 'mysql_old_password';
  const cursor = new ByteCursor(payload.subarray(1), 'The request for another method');
  return pluginName(cursor.untilNul());
}

function verdictOf(code: number): Pick<LoginOutcome, 'accepted' | 'refusal'> {
  if (code === EXPIRED) return { accepted: true, refusal: code };
  if (REFUSALS.has(code)) return { accepted: false, refusal: code };
  throw new ConversationError(
    'garbled',
    `The login was answered with error ${code}, which says nothing about the account.`,
  );
}
