import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

// AMQP 0-9-1 (amqp-specification 0-9-1, sections 4.2 and 1.4.2.1): the client names the protocol in eight bytes, and
// the server answers with Connection.Start in a frame, or with the protocol that it would rather have.

export const HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');

const METHOD_FRAME = 1;
const FRAME_END = 0xce;
const CONNECTION_START = 0x000a_000a;
const MAX_FRAME = 16 * 1024;
const MAX_FIELDS = 128;

/** Sizes of the kinds of fields that have a fixed one, in bytes. */
const SIZES: ReadonlyMap<string, number> = new Map([
  ['t', 1],
  ['b', 1],
  ['s', 2],
  ['I', 4],
  ['f', 4],
  ['D', 5],
  ['l', 8],
  ['d', 8],
  ['T', 8],
  ['V', 0],
]);

export interface Start {
  /** The protocol in words: 0-9-1 when the server goes on with it, otherwise the one that it names. */
  readonly protocol: string;
  readonly product: string | null;
  readonly version: string | null;
  readonly mechanisms: readonly string[];
}

/** Reads the answer to {@link HEADER}. @throws ConversationError `garbled` */
export async function readStart(connection: Pick<Connection, 'readExactly'>): Promise<Start> {
  const head = await connection.readExactly(8);
  // Whoever would have another protocol does not name ours; an echo does.
  if (namesProtocol(head) && !head.equals(HEADER)) {
    return { protocol: protocolIn(head), product: null, version: null, mechanisms: [] };
  }
  const size = head.readUInt32BE(3);
  if (head[0] !== METHOD_FRAME || head.readUInt16BE(1) !== 0 || size < 10 || size > MAX_FRAME) {
    throw new ConversationError('garbled', `0x${head.toString('hex')} does not begin an answer of AMQP.`);
  }
  // One byte of the frame has come with its header; one more marks its end.
  const rest = await connection.readExactly(size);
  if (rest[size - 1] !== FRAME_END)
    throw new ConversationError('garbled', 'The frame does not end as it says.');
  return parseStart(Buffer.concat([head.subarray(7), rest.subarray(0, size - 1)]));
}

/** Whether eight bytes are the name of a protocol of the family. */
export function namesProtocol(bytes: Buffer): boolean {
  return bytes.length >= 8 && bytes.toString('latin1', 0, 4) === 'AMQP' && (bytes[4] ?? 0xff) <= 3;
}

/** A part (0 for the protocol itself, 3 for SASL before it) and three numbers, up to 0-10 with dashes between them. */
function protocolIn(header: Buffer): string {
  const [part, major, minor, revision] = header.subarray(4);
  return part === 1 ? `${minor}-${revision}` : `${major}.${minor}.${revision}`;
}

/** Takes apart the arguments of Connection.Start. @throws ConversationError `garbled` */
function parseStart(payload: Buffer): Start {
  const cursor = new ByteCursor(payload, 'Connection.Start');
  if (cursor.uint32be() !== CONNECTION_START) {
    throw new ConversationError('garbled', 'The first frame is not Connection.Start.');
  }
  cursor.skip(2); // The protocol's version, which is the one that was asked for.
  const properties = readTable(cursor.take(cursor.uint32be()));
  const mechanisms = cursor.take(cursor.uint32be()).toString('latin1').split(' ').slice(0, 32);
  return {
    protocol: '0-9-1',
    product: properties.get('product') ?? null,
    version: properties.get('version') ?? null,
    mechanisms: mechanisms.filter((name) => /^[\w-]{1,64}$/.test(name)).toSorted(),
  };
}

/** The texts in a table of fields, up to the first field of an unknown kind. */
function readTable(bytes: Buffer): ReadonlyMap<string, string> {
  const cursor = new ByteCursor(bytes, 'A table');
  const texts = new Map<string, string>();
  for (let field = 0; field < MAX_FIELDS && cursor.left > 0; field += 1) {
    const name = cursor.take(cursor.uint8()).toString('latin1');
    const kind = cursor.take(1).toString('latin1');
    if (kind === 'S') texts.set(name, printable(cursor.take(cursor.uint32be()), 64));
    else if (kind === 'F' || kind === 'A' || kind === 'x') cursor.skip(cursor.uint32be());
    else {
      const size = SIZES.get(kind);
      if (size === undefined) break;
      cursor.skip(size);
    }
  }
  return texts;
}
