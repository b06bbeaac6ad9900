import { randomBytes } from 'node:crypto';
import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { ssl2Suites } from './other-suites.ts';

// SSL 2.0 (draft-hickman-netscape-ssl-00). Its record has two bytes of head, and the server lists what it shares with
// the client, so that one hello tells everything.

const version = 2;
const helloType = 1;
const serverHelloType = 4;
/** Certificate and lists of a ServerHello; what a record can hold. */
const maxRecord = 0x7fff;

/** A CLIENT-HELLO that offers every cipher kind. */
export function ssl2Hello(): Buffer {
  const kinds = Buffer.concat(ssl2Suites.map(([code]) => uint(3, code)));
  const challenge = randomBytes(16);
  const body = Buffer.concat([
    Buffer.from([helloType]),
    uint(2, version),
    uint(2, kinds.length),
    uint(2, 0),
    uint(2, challenge.length),
    kinds,
    challenge,
  ]);
  return Buffer.concat([uint(2, 0x8000 | body.length), body]);
}

/**
 * The cipher kinds that the server shares, possibly none: even so it speaks the version. Null for any other answer,
 * or none within `waitMs`.
 */
export async function readSsl2Answer(connection: Connection, waitMs: number): Promise<number[] | null> {
  const head = await bytes(connection, 2, waitMs);
  const length = head === null ? 0 : head.readUInt16BE(0) & 0x7fff;
  if (head === null || head.readUInt8(0) < 0x80 || length < 11 || length > maxRecord) return null;
  const body = await bytes(connection, length, waitMs);
  return body === null ? null : parseServerHello(body);
}

function parseServerHello(body: Buffer): number[] | null {
  if (body.readUInt8(0) !== serverHelloType || body.readUInt16BE(3) !== version) return null;
  const certificateLength = body.readUInt16BE(5);
  const kindsLength = body.readUInt16BE(7);
  const connectionIdLength = body.readUInt16BE(9);
  if (body.length !== 11 + certificateLength + kindsLength + connectionIdLength || kindsLength % 3 !== 0) {
    return null;
  }
  const kinds = body.subarray(11 + certificateLength, 11 + certificateLength + kindsLength);
  const known = new Set(ssl2Suites.map(([code]) => code));
  return Array.from({ length: kindsLength / 3 }, (_, index) => kinds.readUIntBE(index * 3, 3)).filter(
    (code) => known.has(code),
  );
}

/** Null when the peer ends or falls silent before. */
async function bytes(connection: Connection, length: number, waitMs: number): Promise<Buffer | null> {
  try {
    const read = await connection.readUntilQuiet(waitMs, length);
    return read.length === length ? read : null;
  } catch (error) {
    if (error instanceof ConversationError && error.status === 'reset') return null;
    throw error;
  }
}

function uint(size: number, value: number): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.writeUIntBE(value, 0, size);
  return buffer;
}
