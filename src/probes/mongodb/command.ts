import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { decodeBson, encodeBson, type BsonDocument, type BsonReply } from './bson.ts';

// MongoDB wire protocol (MongoDB documentation, "MongoDB Wire Protocol"): OP_MSG, and OP_QUERY for servers before 3.6.

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;
const MAX_MESSAGE = 48 * 1024;
/** A read that may also be answered by a server that is not the primary one. */
const SECONDARY_OK = 4;

/** A command to the database `admin` in the message that every version of the server takes for greetings. */
export function queryMessage(id: number, command: BsonDocument): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32LE(SECONDARY_OK);
  const range = Buffer.alloc(8);
  range.writeInt32LE(-1, 4);
  return message(id, OP_QUERY, [head, Buffer.from('admin.$cmd\0'), range, encodeBson(command)]);
}

/** The same in the message that servers since 3.6 take for all commands. */
export function opMsg(id: number, command: BsonDocument): Buffer {
  const addressed = { ...command, $db: 'admin', $readPreference: { mode: 'primaryPreferred' } };
  return message(id, OP_MSG, [Buffer.alloc(5), encodeBson(addressed)]);
}

function message(id: number, opcode: number, body: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const length = body.reduce((sum, { length: bytes }) => sum + bytes, HEADER_BYTES);
  header.writeInt32LE(length, 0);
  header.writeInt32LE(id, 4);
  header.writeInt32LE(opcode, 12);
  return Buffer.concat([header, ...body]);
}

/** Reads the reply to the message of that id, in either form. @throws ConversationError `garbled` */
export async function readReply(connection: Pick<Connection, 'readExactly'>, id: number): Promise<BsonReply> {
  const header = new ByteCursor(await connection.readExactly(HEADER_BYTES), 'The header of the reply');
  const length = header.int32le();
  header.skip(4);
  const answers = header.int32le();
  const opcode = header.int32le();
  if (answers !== id || length <= HEADER_BYTES || length > MAX_MESSAGE) {
    throw new ConversationError('garbled', 'The answer is no reply of MongoDB to our message.');
  }
  const body = new ByteCursor(await connection.readExactly(length - HEADER_BYTES), 'The reply');
  if (opcode === OP_REPLY) {
    body.skip(4 + 8 + 4 + 4); // Flags, cursor, where it begins, number of documents.
    return decodeBson(body.take(body.left));
  }
  if (opcode !== OP_MSG) {
    throw new ConversationError('garbled', `The reply is of type ${opcode}, not ${OP_REPLY} or ${OP_MSG}.`);
  }
  const checksum = (body.uint32le() & 1) === 1 ? 4 : 0;
  if (body.uint8() !== 0) {
    throw new ConversationError('garbled', 'The reply does not begin with its document.');
  }
  return decodeBson(body.take(body.left - checksum));
}
