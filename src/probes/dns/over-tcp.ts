import { randomInt } from 'node:crypto';
import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { parseResponse, query, type Question, type Response } from './message.ts';

const HEADER_BYTES = 12;

/** Sends a query, each message with its length in front (RFC 1035, section 4.2.2). Resolves with its id. */
export async function send(connection: Connection, question: Question): Promise<number> {
  const id = randomInt(0x1_0000);
  const message = query(id, question, false);
  await connection.write(Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]));
  return id;
}

/** Reads one message in answer to the query of that id. */
export async function receive(connection: Connection, id: number, question: Question): Promise<Response> {
  // Length and id tell another protocol before anything long is waited for.
  const start = await connection.readExactly(4);
  const length = start.readUInt16BE();
  if (length < HEADER_BYTES || start.readUInt16BE(2) !== id) {
    throw new ConversationError(
      'garbled',
      `Bytes 0x${start.toString('hex')} begin no answer to our DNS query.`,
    );
  }
  const rest = await connection.readExactly(length - 2);
  return parseResponse(Buffer.concat([start.subarray(2), rest]), id, question);
}

export async function ask(connection: Connection, question: Question): Promise<Response> {
  return receive(connection, await send(connection, question), question);
}
