import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

/** A reply (RFC 959, section 4.2): its code, and its lines without line ends; code and separator only taken off the first. */
export interface FtpReply {
  readonly code: number;
  readonly lines: readonly string[];
}

const MAX_LINE = 1024;
const MAX_LINES = 256;

/**
 * Reads one reply. Unlike in SMTP, a reply of several lines ends with its code and a space, and the lines before may
 * begin with anything. @throws ConversationError `garbled`
 */
export async function readReply(connection: Pick<Connection, 'readUntil'>): Promise<FtpReply> {
  const first = await readLine(connection);
  const [, code, separator, text = ''] = /^([1-6]\d\d)(?:([ -])(.*))?$/s.exec(first) ?? [];
  if (code === undefined) {
    throw new ConversationError('garbled', `"${printable(first, 80)}" does not begin an FTP reply.`);
  }
  const lines = [text];
  while (separator === '-') {
    const line = await readLine(connection);
    lines.push(line);
    if (line === code || line.startsWith(`${code} `)) {
      break;
    }
    if (lines.length >= MAX_LINES) {
      throw new ConversationError('garbled', `A reply went on for more than ${MAX_LINES} lines.`);
    }
  }
  return { code: Number(code), lines };
}

/** One reply in words, for sentences. */
export function quote(reply: FtpReply): string {
  return printable(`${reply.code} ${reply.lines[0] ?? ''}`.trimEnd(), 120);
}

async function readLine(connection: Pick<Connection, 'readUntil'>): Promise<string> {
  return (await connection.readUntil('\n', MAX_LINE)).toString('utf8').replace(/\r?\n$/, '');
}
