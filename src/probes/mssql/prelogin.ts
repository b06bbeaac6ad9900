import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';

// Tabular Data Stream (MS-TDS): packets (section 2.2.3) and the PRELOGIN message (section 2.2.6.5), a table of options
// with where in the message each has its value.

/** What the server makes of a client that asks for encryption of the login alone. */
export const encryptions = ['login-only', 'everything', 'not-supported', 'required'] as const;
export type Encryption = (typeof encryptions)[number];

export interface Prelogin {
  readonly version: string;
  readonly encryption: Encryption;
}

const PRELOGIN_PACKET = 0x12;
const RESPONSE_PACKET = 0x04;
const END_OF_MESSAGE = 0x01;
const HEADER_BYTES = 8;
const MAX_RESPONSE = 1024;
const MAX_OPTIONS = 16;

const OPTION = { version: 0, encryption: 1, instance: 2, thread: 3, mars: 4, end: 0xff } as const;
/** The values of the option in the order of {@link encryptions}. */
const ENCRYPT_OFF = 0;

/** PRELOGIN of a client that would encrypt its login and nothing more. */
export function preloginPacket(): Buffer {
  const values: readonly (readonly [option: number, value: Buffer])[] = [
    [OPTION.version, Buffer.from([9, 0, 0, 0, 0, 0])],
    [OPTION.encryption, Buffer.from([ENCRYPT_OFF])],
    [OPTION.instance, Buffer.from([0])],
    [OPTION.thread, Buffer.alloc(4)],
    [OPTION.mars, Buffer.from([0])],
  ];
  let offset = values.length * 5 + 1;
  const table: Buffer[] = [];
  for (const [option, { length }] of values) {
    table.push(Buffer.from([option, offset >> 8, offset & 0xff, length >> 8, length & 0xff]));
    offset += length;
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(PRELOGIN_PACKET, 0);
  header.writeUInt8(END_OF_MESSAGE, 1);
  header.writeUInt16BE(HEADER_BYTES + offset, 2);
  return Buffer.concat([header, ...table, Buffer.from([OPTION.end]), ...values.map(([, value]) => value)]);
}

/** Reads the answer to {@link preloginPacket}. @throws ConversationError `garbled` */
export async function readPrelogin(connection: Pick<Connection, 'readExactly'>): Promise<Prelogin> {
  const header = await connection.readExactly(HEADER_BYTES);
  const length = header.readUInt16BE(2) - HEADER_BYTES;
  if (header[0] !== RESPONSE_PACKET || header[1] !== END_OF_MESSAGE || length < 1 || length > MAX_RESPONSE) {
    throw new ConversationError(
      'garbled',
      `0x${header.toString('hex')} does not begin an answer to PRELOGIN.`,
    );
  }
  return parsePrelogin(await connection.readExactly(length));
}

/** Takes apart the options of a PRELOGIN response. @throws ConversationError `garbled` */
function parsePrelogin(message: Buffer): Prelogin {
  const options = new Map<number, Buffer>();
  const cursor = new ByteCursor(message, 'The answer to PRELOGIN');
  for (let option = cursor.uint8(); option !== OPTION.end; option = cursor.uint8()) {
    const start = cursor.uint16be();
    const length = cursor.uint16be();
    if (options.size >= MAX_OPTIONS || start + length > message.length) {
      throw new ConversationError('garbled', 'The answer to PRELOGIN has options that do not fit into it.');
    }
    options.set(option, message.subarray(start, start + length));
  }
  const version = options.get(OPTION.version);
  const encryption = encryptions[options.get(OPTION.encryption)?.[0] ?? -1];
  if (version === undefined || version.length < 4 || encryption === undefined) {
    throw new ConversationError('garbled', 'The answer to PRELOGIN lacks a version or a word on encryption.');
  }
  return { version: `${version[0]}.${version[1]}.${version.readUInt16BE(2)}`, encryption };
}
