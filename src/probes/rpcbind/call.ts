import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';

// ONC RPC version 2 (RFC 5531) over TCP, where messages are split into fragments with a length (section 11).

/** What a procedure's answer came to. */
export type RpcAnswer =
  | { readonly kind: 'success'; readonly results: Buffer }
  /** The program is not there, or not in that version, or without that procedure; or we may not call it. */
  | { readonly kind: 'no-program' | 'no-version' | 'no-procedure' | 'denied' };

const CALL = 0;
const REPLY = 1;
const RPC_VERSION = 2;
const ACCEPTED = 0;
const LAST_FRAGMENT = 0x8000_0000;
const MAX_FRAGMENTS = 16;
/** Of an accepted call (RFC 5531, section 9): success first. */
const STATES = ['success', 'no-program', 'no-version', 'no-procedure'] as const;

interface Call {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
}

/** A call without credentials and without arguments. */
function callMessage(id: number, { program, version, procedure }: Call): Buffer {
  const words = [id, CALL, RPC_VERSION, program, version, procedure, 0, 0, 0, 0];
  const message = Buffer.alloc(4 + words.length * 4);
  [LAST_FRAGMENT + words.length * 4, ...words].forEach((word, index) =>
    message.writeUInt32BE(word, index * 4),
  );
  return message;
}

/** Calls a procedure. Of answers longer than `limit` bytes only so much is kept. @throws ConversationError `garbled` */
export async function call(
  connection: Pick<Connection, 'readExactly' | 'write'>,
  id: number,
  what: Call,
  limit = 1024,
): Promise<RpcAnswer> {
  await connection.write(callMessage(id, what));
  return parseReply(await readRecord(connection, limit), id);
}

async function readRecord(connection: Pick<Connection, 'readExactly'>, limit: number): Promise<Buffer> {
  const fragments: Buffer[] = [];
  let length = 0;
  for (let count = 0; count < MAX_FRAGMENTS; count += 1) {
    const mark = (await connection.readExactly(4)).readUInt32BE();
    const size = mark % LAST_FRAGMENT;
    length += size;
    if (length > limit) {
      throw new ConversationError('garbled', `An answer claims ${length} bytes, expected at most ${limit}.`);
    }
    fragments.push(await connection.readExactly(size));
    if (mark >= LAST_FRAGMENT) return Buffer.concat(fragments);
  }
  throw new ConversationError('garbled', `An answer came in more than ${MAX_FRAGMENTS} fragments.`);
}

/** Takes apart a reply to the call of that id. @throws ConversationError `garbled` */
function parseReply(message: Buffer, id: number): RpcAnswer {
  const cursor = new ByteCursor(message, 'The reply');
  const answers = cursor.uint32be();
  if (answers !== id || cursor.uint32be() !== REPLY) {
    throw new ConversationError('garbled', 'The answer is no reply of RPC to our call.');
  }
  if (cursor.uint32be() !== ACCEPTED) return { kind: 'denied' };
  cursor.skip(4); // The verifier's flavour,
  const verifier = cursor.uint32be(); // and its length.
  cursor.skip(verifier + ((4 - (verifier % 4)) % 4));
  const state = STATES[cursor.uint32be()];
  if (state === undefined) {
    throw new ConversationError('garbled', 'The call was answered with a fault of the server.');
  }
  return state === 'success' ? { kind: state, results: cursor.take(cursor.left) } : { kind: state };
}
