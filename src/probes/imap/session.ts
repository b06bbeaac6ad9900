import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

export interface ImapGreeting {
  /** Whether the server takes the client for logged in already. */
  readonly preAuthenticated: boolean;
  /** The text for people, without a response code in front. */
  readonly text: string;
}

/** What came back for one command. */
export interface ImapAnswer {
  readonly ok: boolean;
  /** The text of the tagged line. */
  readonly text: string;
  /** Untagged lines before it, without the `* ` in front. */
  readonly untagged: readonly string[];
}

/** The length of lines that RFC 7162, section 4, settles on; lists of capabilities stay far below it. */
const MAX_LINE = 8192;
const MAX_LINES = 64;

/** @throws ConversationError `garbled` for what is no greeting, or one that turns us away */
export async function readGreeting(connection: Pick<Connection, 'readUntil'>): Promise<ImapGreeting> {
  const line = await readLine(connection);
  const [, status, text = ''] = /^\* (OK|PREAUTH)(?: (.*))?$/is.exec(line) ?? [];
  if (status === undefined) {
    throw new ConversationError(
      'garbled',
      `"${printable(line, 80)}" is not the greeting of an IMAP session.`,
    );
  }
  return { preAuthenticated: status.toUpperCase() === 'PREAUTH', text: text.replace(/^\[[^\]]*\] ?/, '') };
}

/** Sends a command under a tag and reads all that belongs to it. @throws ConversationError `garbled` */
export async function ask(
  connection: Pick<Connection, 'readUntil' | 'write'>,
  tag: string,
  command: string,
): Promise<ImapAnswer> {
  await connection.write(`${tag} ${command}\r\n`);
  const untagged: string[] = [];
  while (untagged.length < MAX_LINES) {
    const line = await readLine(connection);
    if (line.startsWith('* ')) {
      untagged.push(line.slice(2));
      continue;
    }
    const [itsTag, status = '', ...words] = line.split(' ');
    if (itsTag !== tag || !/^(?:OK|NO|BAD)$/i.test(status)) {
      throw new ConversationError('garbled', `"${printable(line, 80)}" is not a line of an answer in IMAP.`);
    }
    return { ok: status.toUpperCase() === 'OK', text: words.join(' '), untagged };
  }
  throw new ConversationError('garbled', `An answer went on for more than ${MAX_LINES} lines.`);
}

/** Capabilities in upper case, as untagged lines list them; null when none does. */
export function parseCapabilities(untagged: readonly string[]): string[] | null {
  const lines = untagged.map((line) => line.toUpperCase().split(' '));
  const listed = lines.filter(([word]) => word === 'CAPABILITY');
  if (listed.length === 0) {
    return null;
  }
  const names = listed.flatMap(([, ...rest]) => rest).filter((name) => /^[!-~]{1,64}$/.test(name));
  return [...new Set(names)].slice(0, 128);
}

async function readLine(connection: Pick<Connection, 'readUntil'>): Promise<string> {
  return (await connection.readUntil('\n', MAX_LINE)).toString('latin1').replace(/\r?\n$/, '');
}
