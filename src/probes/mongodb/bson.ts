import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';

// BSON 1.1 (bsonspec.org), as much of it as commands and their replies need.

/** What a field of a command may be. */
export type BsonInput = number | boolean | string | BsonDocument;
export interface BsonDocument {
  readonly [name: string]: BsonInput;
}

/** The plain values on the top level of a reply; all others are null. */
export type BsonReply = ReadonlyMap<string, number | boolean | string | null>;

const TYPE = { double: 0x01, string: 0x02, document: 0x03, boolean: 0x08, int32: 0x10, int64: 0x12 } as const;
/** Types with values of a fixed size that are of no interest: undefined, ObjectId, date, null, timestamp, decimal… */
const SIZES: ReadonlyMap<number, number> = new Map([
  [0x06, 0],
  [0x07, 12],
  [0x09, 8],
  [0x0a, 0],
  [0x11, 8],
  [0x13, 16],
  [0x7f, 0],
  [0xff, 0],
]);
const ARRAY = 0x04;
const BINARY = 0x05;
const MAX_FIELDS = 256;

/** Numbers become int32. */
export function encodeBson(document: BsonDocument): Buffer {
  const fields = Object.entries(document).map(([name, value]) => field(name, value));
  return sized(Buffer.concat([...fields, Buffer.from([0])]));
}

function field(name: string, value: BsonInput): Buffer {
  const key = Buffer.from(`${name}\0`, 'utf8');
  if (typeof value === 'number') return Buffer.concat([Buffer.from([TYPE.int32]), key, int32(value)]);
  if (typeof value === 'boolean') {
    return Buffer.concat([Buffer.from([TYPE.boolean]), key, Buffer.from([value ? 1 : 0])]);
  }
  if (typeof value === 'string') {
    const text = Buffer.from(`${value}\0`, 'utf8');
    return Buffer.concat([Buffer.from([TYPE.string]), key, int32(text.length), text]);
  }
  return Buffer.concat([Buffer.from([TYPE.document]), key, encodeBson(value)]);
}

function sized(body: Buffer): Buffer {
  return Buffer.concat([int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** Reads the top level of a document; what is nested is passed over unread. @throws ConversationError `garbled` */
export function decodeBson(bytes: Buffer): BsonReply {
  const cursor = new ByteCursor(bytes, 'The document');
  const length = cursor.int32le();
  if (length !== bytes.length) {
    throw new ConversationError('garbled', `A document of ${bytes.length} bytes claims ${length}.`);
  }
  const reply = new Map<string, number | boolean | string | null>();
  for (;;) {
    const type = cursor.uint8();
    if (type === 0) return reply;
    if (reply.size >= MAX_FIELDS) {
      throw new ConversationError('garbled', `A document has more than ${MAX_FIELDS} fields.`);
    }
    const name = cursor.untilNul().toString('utf8');
    reply.set(name, readValue(cursor, type));
  }
}

function readValue(cursor: ByteCursor, type: number): number | boolean | string | null {
  switch (type) {
    case TYPE.double:
      return cursor.take(8).readDoubleLE();
    case TYPE.int32:
      return cursor.int32le();
    case TYPE.int64:
      return Number(cursor.take(8).readBigInt64LE());
    case TYPE.boolean:
      return cursor.uint8() === 1;
    case TYPE.string:
      return cursor.take(cursor.int32le()).toString('utf8').replace(/\0$/, '');
    case TYPE.document:
    case ARRAY:
      cursor.skip(cursor.int32le() - 4);
      return null;
    case BINARY:
      cursor.skip(cursor.int32le() + 1);
      return null;
    default: {
      const size = SIZES.get(type);
      if (size === undefined) {
        throw new ConversationError('garbled', `A document has a field of type 0x${type.toString(16)}.`);
      }
      cursor.skip(size);
      return null;
    }
  }
}
