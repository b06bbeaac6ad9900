import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';

// Messages of the DNS (RFC 1035, section 4).

export const A = 1;
export const NS = 2;
export const SOA = 6;
export const TXT = 16;
export const AXFR = 252;

export const IN = 1;
export const CHAOS = 3;

/** Response codes (RFC 1035, section 4.1.1). */
export const NOERROR = 0;
export const NXDOMAIN = 3;
export const REFUSED = 5;

/** Bytes of a name, those of the lengths included (RFC 1035, section 2.3.4). */
const maxNameBytes = 255;
/** More records than any section has that we look into. */
const maxRecords = 1024;

export interface Question {
  /** Without a dot at its end; empty for the root. Labels of letters, digits and hyphens. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface ResourceRecord extends Question {
  readonly data: Buffer;
}

export interface Response {
  readonly id: number;
  readonly rcode: number;
  /** Whether the server says that the answer is its own (AA). */
  readonly authoritative: boolean;
  /** Whether the server says that it asks others on our behalf (RA). */
  readonly recursionAvailable: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
}

/** A query with one question. `recurse` asks the server to ask others (RD). */
export function query(id: number, { name, type, class: class_ }: Question, recurse: boolean): Buffer {
  const header = Buffer.from([id >> 8, id & 0xff, recurse ? 0x01 : 0x00, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]);
  const labels = name === '' ? [] : name.split('.');
  const encoded = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  return Buffer.concat([header, ...encoded, Buffer.from([0, 0, type, 0, class_])]);
}

/**
 * Reads the response to a query of that id and question. Throws `garbled` for anything else.
 *
 * Records of the last section are not read, and those before it only as far as `maxRecords` go.
 */
export function parseResponse(message: Buffer, id: number, question: Question): Response {
  const cursor = new ByteCursor(message, 'The DNS message');
  const gotId = cursor.uint16be();
  const flags = cursor.uint16be();
  const questions = cursor.uint16be();
  const answerCount = cursor.uint16be();
  const authorityCount = cursor.uint16be();
  cursor.skip(2);
  // A response (QR) to a standard query (opcode 0).
  if (gotId !== id || (flags & 0xf800) !== 0x8000) {
    throw new ConversationError('garbled', `The message is no DNS response to our query.`);
  }
  // Servers that refuse may leave the question out.
  if (questions > 1) throw new ConversationError('garbled', `The DNS response has ${questions} questions.`);
  if (questions === 1 && !sameQuestion(readQuestion(cursor, message), question)) {
    throw new ConversationError('garbled', 'The DNS response is to another question.');
  }
  const answers = readRecords(cursor, message, answerCount);
  // A section that was cut short is followed by nothing that could be found.
  const authorities = answers.length < answerCount ? [] : readRecords(cursor, message, authorityCount);
  return {
    id,
    rcode: flags & 0x000f,
    authoritative: (flags & 0x0400) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    answers,
    authorities,
  };
}

/** The texts of a TXT record, joined (RFC 1035, section 3.3.14). */
export function textOf({ data }: ResourceRecord): Buffer {
  const cursor = new ByteCursor(data, 'The TXT record');
  const parts: Buffer[] = [];
  while (cursor.left > 0) parts.push(cursor.take(cursor.uint8()));
  return Buffer.concat(parts);
}

function sameQuestion(left: Question, right: Question): boolean {
  return (
    left.type === right.type &&
    left.class === right.class &&
    left.name.toLowerCase() === right.name.toLowerCase()
  );
}

function readQuestion(cursor: ByteCursor, message: Buffer): Question {
  const name = readName(cursor, message);
  return { name, type: cursor.uint16be(), class: cursor.uint16be() };
}

function readRecords(cursor: ByteCursor, message: Buffer, count: number): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  for (let left = Math.min(count, maxRecords); left > 0; left -= 1) {
    const question = readQuestion(cursor, message);
    cursor.skip(4);
    records.push({ ...question, data: cursor.take(cursor.uint16be()) });
  }
  return records;
}

/** A name, whose end may be a pointer to an earlier one. Bytes that are not printable stay as they are (latin1). */
function readName(cursor: ByteCursor, message: Buffer): string {
  const labels: string[] = [];
  let reading = cursor;
  let before = message.length;
  let bytes = 0;
  for (;;) {
    const length = reading.uint8();
    if (length === 0) return labels.join('.');
    if (length >= 0xc0) {
      const offset = ((length & 0x3f) << 8) | reading.uint8();
      // Only backwards, or a name could go round in circles.
      if (offset >= before) throw new ConversationError('garbled', 'A name in the DNS message never ends.');
      before = offset;
      reading = new ByteCursor(message, 'The DNS message');
      reading.skip(offset);
    } else {
      bytes += length + 1;
      if (length > 0x3f || bytes >= maxNameBytes) {
        throw new ConversationError('garbled', 'The DNS message has a name that is none.');
      }
      labels.push(reading.take(length).toString('latin1'));
    }
  }
}
