import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';

// Transparent Network Substrate, the framing of Oracle Net. Oracle does not publish it; this is what its clients can
// be seen to send, and what open-source dissectors and drivers document.

export const answers = ['accept', 'refuse', 'redirect'] as const;

export interface TnsAnswer {
  readonly answer: (typeof answers)[number];
  /** What the listener says beside it: nested `(NAME=value)`. */
  readonly text: string;
}

const TYPE = { connect: 1, accept: 2, refuse: 4, redirect: 5, resend: 11 } as const;
const HEADER_BYTES = 8;
const CONNECT_BYTES = 58;
const MAX_PACKET = 4096;
const VERSION = 0x013a;
const OLDEST_VERSION = 0x012c;

/** CONNECT with a word for the listener itself, as the program tnsping sends it. */
function connectPacket(): Buffer {
  const data = Buffer.from('(CONNECT_DATA=(COMMAND=ping))', 'latin1');
  const packet = Buffer.alloc(CONNECT_BYTES);
  packet.writeUInt16BE(CONNECT_BYTES + data.length, 0);
  packet.writeUInt8(TYPE.connect, 4);
  packet.writeUInt16BE(VERSION, 8);
  packet.writeUInt16BE(OLDEST_VERSION, 10);
  packet.writeUInt16BE(2048, 14); // Session data unit,
  packet.writeUInt16BE(0x7fff, 16); // and transport data unit, the largest.
  packet.writeUInt16BE(0x860e, 18); // What the transport can do, as clients on TCP say.
  packet.writeUInt16BE(1, 22); // How the number 1 looks here.
  packet.writeUInt16BE(data.length, 24);
  packet.writeUInt16BE(CONNECT_BYTES, 26); // Where the data begins.
  return Buffer.concat([packet, data]);
}

/** Sends CONNECT, again where the listener asks for it, and reads its answer. @throws ConversationError `garbled` */
export async function connectTo(connection: Pick<Connection, 'readExactly' | 'write'>): Promise<TnsAnswer> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await connection.write(connectPacket());
    const { type, body } = await readPacket(connection);
    if (type !== TYPE.resend) return parseAnswer(type, body);
  }
  throw new ConversationError('garbled', 'The listener asks for CONNECT again and again.');
}

async function readPacket(
  connection: Pick<Connection, 'readExactly'>,
): Promise<{ type: number; body: Buffer }> {
  const header = await connection.readExactly(HEADER_BYTES);
  const length = header.readUInt16BE(0);
  const type = header.readUInt8(4);
  const known = [TYPE.accept, TYPE.refuse, TYPE.redirect, TYPE.resend].some((each) => each === type);
  // The two checksums are not used.
  if (!known || length < HEADER_BYTES || length > MAX_PACKET || header.readUInt16BE(2) !== 0) {
    throw new ConversationError(
      'garbled',
      `0x${header.toString('hex')} does not begin an answer to CONNECT.`,
    );
  }
  return { type, body: await connection.readExactly(length - HEADER_BYTES) };
}

function parseAnswer(type: number, body: Buffer): TnsAnswer {
  const cursor = new ByteCursor(body, 'The answer to CONNECT');
  if (type === TYPE.accept) {
    // Two versions or sizes each, then where in the packet its data is and how long; often there is none.
    cursor.skip(10);
    return { answer: 'accept', text: '' };
  }
  if (type === TYPE.refuse) cursor.skip(2); // The reasons of user and system.
  const text = cursor.take(Math.min(cursor.uint16be(), cursor.left)).toString('latin1');
  // A redirection's text may come in the packet after this one.
  if (type === TYPE.refuse && !/^\(\w{1,32}=/.test(text)) {
    throw new ConversationError('garbled', 'The refusal does not say why as Oracle does.');
  }
  return { answer: type === TYPE.refuse ? 'refuse' : 'redirect', text };
}

/** The number after a name, wherever it is nested; null when the text has no such. */
export function numberOf(text: string, name: 'VSNNUM' | 'ERR'): number | null {
  const digits = new RegExp(`\\(${name} {0,4}= {0,4}(\\d{1,10})\\)`).exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The version in the listener's number: parts of 8, 4, 8, 4 and 8 bits, and since 18c of 8, 8, 4, 8 and 4. */
export function versionOf(number: number): string {
  const part = (shift: number, bits: number): number => Math.floor(number / 2 ** shift) % 2 ** bits;
  const major = part(24, 8);
  const rest =
    major >= 18
      ? [part(16, 8), part(12, 4), part(4, 8), part(0, 4)]
      : [part(20, 4), part(12, 8), part(8, 4), part(0, 8)];
  return [major, ...rest].join('.');
}
