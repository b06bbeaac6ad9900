import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

// CQL binary protocol version 4 (native_protocol_v4.spec in Cassandra's sources): frames of a header and a body. In
// frames from the server the highest bit of the first byte is set; the others are the version.

const VERSION = 4;
const FROM_SERVER = 0x80;
const OPTIONS = 0x05;
const SUPPORTED = 0x06;
const ERROR = 0x00;
const PROTOCOL_ERROR = 0x0a;
const MAX_BODY = 16 * 1024;
const MAX_OPTIONS = 64;
const MAX_VALUES = 64;

/** Asks for what the server can do. */
export const OPTIONS_FRAME = Buffer.from([VERSION, 0, 0, 0, OPTIONS, 0, 0, 0, 0]);

export interface Supported {
  /** Values by the option's name; empty when the server speaks the protocol, but not our version of it. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** Reads the answer to {@link OPTIONS_FRAME}. @throws ConversationError `garbled` */
export async function readSupported(connection: Pick<Connection, 'readExactly'>): Promise<Supported> {
  const start = await connection.readExactly(8);
  const version = start.readUInt8(0) - FROM_SERVER;
  if (version < 1 || version > 6) throw notCql(start);
  // In versions 1 and 2 the number of the stream has one byte, not two.
  const header = version < 3 ? start : Buffer.concat([start, await connection.readExactly(1)]);
  const opcode = header.readUInt8(header.length - 5);
  const length = header.readUInt32BE(header.length - 4);
  const stream = header.subarray(2, header.length - 5);
  if (length > MAX_BODY || stream.some((byte) => byte !== 0)) throw notCql(start);
  const body = await connection.readExactly(length);
  if (opcode === SUPPORTED) return { options: readMultimap(body) };
  if (opcode === ERROR && isProtocolError(body)) return { options: new Map() };
  throw notCql(start);
}

/** Whether words that have come are an error about the version of the protocol, as HTTP gets it for an answer. */
export function beginsProtocolError(words: Buffer): boolean {
  const version = (words[0] ?? 0) - FROM_SERVER;
  if (version < 1 || version > 6 || words.length < 16) return false;
  const header = version < 3 ? 8 : 9;
  return words[header - 5] === ERROR && isProtocolError(words.subarray(header));
}

function isProtocolError(body: Buffer): boolean {
  return (
    body.length > 6 &&
    body.readUInt32BE(0) === PROTOCOL_ERROR &&
    /protocol version/i.test(body.toString('latin1', 6, 256))
  );
}

function readMultimap(body: Buffer): ReadonlyMap<string, readonly string[]> {
  const cursor = new ByteCursor(body, 'The list of options');
  const options = new Map<string, readonly string[]>();
  const count = Math.min(cursor.uint16be(), MAX_OPTIONS);
  for (let option = 0; option < count; option += 1) {
    const name = readText(cursor);
    const values: string[] = [];
    for (let left = cursor.uint16be(); left > 0; left -= 1) {
      const value = readText(cursor);
      if (values.length < MAX_VALUES) values.push(value);
    }
    options.set(name, values);
  }
  return options;
}

function readText(cursor: ByteCursor): string {
  return printable(cursor.take(cursor.uint16be()), 64);
}

function notCql(start: Buffer): ConversationError {
  return new ConversationError('garbled', `0x${start.toString('hex')} does not begin an answer to OPTIONS.`);
}
