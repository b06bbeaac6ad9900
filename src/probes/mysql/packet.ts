import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';

/** A packet of the client/server protocol: a number that counts within one exchange, and up to 16 MiB of payload. */
export interface MysqlPacket {
  readonly sequence: number;
  readonly payload: Buffer;
}

/** Greetings, errors and the steps of authentication are all far shorter than what the header could announce. */
const MAX_PAYLOAD = 2048;

/** Reads one packet. @throws ConversationError `garbled` */
export async function readPacket(connection: Pick<Connection, 'readExactly'>): Promise<MysqlPacket> {
  const header = await connection.readExactly(4);
  const length = header.readUIntLE(0, 3);
  if (length === 0 || length > MAX_PAYLOAD) {
    throw new ConversationError(
      'garbled',
      `The first bytes 0x${header.toString('hex')} announce a packet of ${length} bytes, expected 1 to ${MAX_PAYLOAD}.`,
    );
  }
  return { sequence: header.readUInt8(3), payload: await connection.readExactly(length) };
}

export function packet(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header.writeUInt8(sequence & 0xff, 3);
  return Buffer.concat([header, payload]);
}

/** The number of an ERR packet; null when the payload is another one. The text beside it names our own address. */
export function errorCode(payload: Buffer): number | null {
  return payload.length >= 3 && payload[0] === 0xff ? payload.readUInt16LE(1) : null;
}
