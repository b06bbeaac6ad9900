import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

/** How we name ourselves, without the line's end. */
export const OUR_IDENTIFICATION = 'SSH-2.0-Picket';

export interface Identification {
  readonly protocolVersion: string;
  readonly software: string;
  readonly comments: string | null;
}

/** Servers may send other lines before their identification (RFC 4253, section 4.2). */
const MAX_LINES_BEFORE = 32;
const MAX_LINE = 1024;

/** The server's identification line, without its end, one character a byte. */
export async function readIdentificationLine(connection: Pick<Connection, 'readUntil'>): Promise<string> {
  for (let line = 0; line <= MAX_LINES_BEFORE; line += 1) {
    const text = (await connection.readUntil('\n', MAX_LINE)).toString('latin1').replace(/\r?\n$/, '');
    if (text.startsWith('SSH-')) return text;
  }
  throw new ConversationError(
    'garbled',
    `None of the first ${MAX_LINES_BEFORE + 1} lines is an SSH identification.`,
  );
}

/** Takes apart `SSH-protoversion-softwareversion comments`. @throws ConversationError `garbled` */
export function parseIdentification(line: string): Identification {
  const [, protocolVersion, software, comments] =
    /^SSH-(\d{1,3}\.\d{1,3})-(\S*)(?: (.*))?$/s.exec(line) ?? [];
  if (protocolVersion === undefined || software === undefined) {
    throw new ConversationError('garbled', `"${printable(line, 80)}" is not an SSH identification.`);
  }
  return {
    protocolVersion,
    software: printable(software, 128),
    comments: comments === undefined || comments.trim() === '' ? null : printable(comments.trim(), 128),
  };
}

/** Only protocol 2 has KEXINIT; 1.99 is how a server says that it speaks both (RFC 4253, section 5.1). */
export function speaksTwo({ protocolVersion }: Identification): boolean {
  return protocolVersion === '1.99' || protocolVersion.startsWith('2.');
}
