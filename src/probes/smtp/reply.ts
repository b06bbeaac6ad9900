import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

/** A reply (RFC 5321, section 4.2): its code, and the texts of its lines without code and line end. */
export interface SmtpReply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** RFC 5321 allows 512 bytes; servers with many AUTH mechanisms send more. */
const MAX_LINE = 1024;
const MAX_LINES = 128;

/** Reads one reply of one or more lines. @throws ConversationError `garbled` */
export async function readReply(connection: Pick<Connection, 'readUntil'>): Promise<SmtpReply> {
  const lines: string[] = [];
  let code: string | null = null;
  while (lines.length < MAX_LINES) {
    const raw = (await connection.readUntil('\n', MAX_LINE)).toString('utf8').replace(/\r?\n$/, '');
    const [, itsCode, separator, text] = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(raw) ?? [];
    if (itsCode === undefined || (code !== null && code !== itsCode)) {
      throw new ConversationError('garbled', `"${printable(raw, 80)}" is not a line of an SMTP reply.`);
    }
    code = itsCode;
    lines.push(text ?? '');
    if (separator !== '-') {
      return { code: Number(code), lines };
    }
  }
  throw new ConversationError('garbled', `A reply went on for more than ${MAX_LINES} lines.`);
}
