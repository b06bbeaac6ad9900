import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

const HEADER_BYTES = 24;
const REQUEST = 0x80;
const RESPONSE = 0x81;
const VERSION = 0x0b;
const NOOP = 0x0a;
const SUCCESS = 0x00;
const AUTHENTICATION_ERROR = 0x20;
const MAX_BODY = 512;

/** `version` and `noop` in the binary protocol; neither has anything but a header. */
export const BINARY_QUESTIONS = Buffer.concat([request(VERSION), request(NOOP)]);

function request(opcode: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(REQUEST, 0);
  header.writeUInt8(opcode, 1);
  return header;
}

/** Reads the answers to {@link BINARY_QUESTIONS}. @throws ConversationError `garbled` */
export async function readBinaryAnswers(
  connection: Pick<Connection, 'readExactly'>,
): Promise<{ version: string | null; authRequired: boolean }> {
  const version = await readResponse(connection, VERSION);
  // The version is told to everybody; doing nothing is not allowed to everybody.
  const noop = await readResponse(connection, NOOP);
  if (noop.status !== SUCCESS && noop.status !== AUTHENTICATION_ERROR) {
    throw new ConversationError(
      'garbled',
      `noop was answered with status ${noop.status}, which says nothing about authentication.`,
    );
  }
  return {
    version: version.status === SUCCESS ? printable(version.body, 64) : null,
    authRequired: noop.status === AUTHENTICATION_ERROR,
  };
}

async function readResponse(
  connection: Pick<Connection, 'readExactly'>,
  opcode: number,
): Promise<{ status: number; body: Buffer }> {
  const header = await connection.readExactly(HEADER_BYTES);
  const length = header.readUInt32BE(8);
  if (header[0] !== RESPONSE || header[1] !== opcode || length > MAX_BODY) {
    throw new ConversationError(
      'garbled',
      `The bytes 0x${header.toString('hex', 0, 8)} do not begin a response of memcached's binary protocol.`,
    );
  }
  return { status: header.readUInt16BE(6), body: await connection.readExactly(length) };
}
