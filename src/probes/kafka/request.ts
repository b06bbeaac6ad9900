import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

// Kafka's protocol (kafka.apache.org, "Protocol Guide"): messages with their length, a number by which an answer is
// told, and one of the interfaces in one of its versions. The oldest versions are spoken by every server.

export const API = { saslHandshake: 17, versions: 18 } as const;

const MAX_ANSWER = 16 * 1024;
const MAX_APIS = 512;
const MAX_MECHANISMS = 32;
const CLIENT_ID = 'picket';

/** A request in version 0 of an interface. */
export function request(api: number, id: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(14);
  header.writeInt16BE(api, 4);
  header.writeInt16BE(0, 6);
  header.writeInt32BE(id, 8);
  header.writeInt16BE(CLIENT_ID.length, 12);
  const message = Buffer.concat([header, Buffer.from(CLIENT_ID), body]);
  message.writeInt32BE(message.length - 4, 0);
  return message;
}

/** Asks for a mechanism of SASL by name. */
export function saslHandshake(id: number, mechanism: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(mechanism.length);
  return request(API.saslHandshake, id, Buffer.concat([length, Buffer.from(mechanism)]));
}

/** Reads the answer to the request of that number, from the field after it. @throws ConversationError `garbled` */
export async function readAnswer(
  connection: Pick<Connection, 'readExactly'>,
  id: number,
): Promise<ByteCursor> {
  const head = await connection.readExactly(8);
  const length = head.readInt32BE(0) - 4;
  if (head.readInt32BE(4) !== id || length < 2 || length > MAX_ANSWER) {
    throw new ConversationError('garbled', `0x${head.toString('hex')} does not begin an answer of Kafka.`);
  }
  return new ByteCursor(await connection.readExactly(length), 'The answer');
}

/** The interfaces that a server names in its answer to ApiVersions. @throws ConversationError `garbled` */
export function parseApiVersions(answer: ByteCursor): ReadonlySet<number> {
  const error = answer.int16be();
  const count = error === 0 ? answer.int32be() : -1;
  if (count < 1 || count > MAX_APIS) {
    throw new ConversationError(
      'garbled',
      `ApiVersions was answered with error ${error}, or without a list.`,
    );
  }
  const apis = new Set<number>();
  for (let api = 0; api < count; api += 1) {
    apis.add(answer.int16be());
    answer.skip(4); // The oldest and newest version.
  }
  return apis;
}

/** The error and the mechanisms in an answer to SaslHandshake. @throws ConversationError `garbled` */
export function parseSaslHandshake(answer: ByteCursor): { error: number; mechanisms: string[] } {
  const error = answer.int16be();
  const count = Math.min(answer.int32be(), MAX_MECHANISMS);
  const mechanisms: string[] = [];
  for (let index = 0; index < count; index += 1) {
    mechanisms.push(printable(answer.take(answer.int16be()), 64));
  }
  return { error, mechanisms };
}
