import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

/** The first line of a response (RFC 1939, section 3). */
export interface Pop3Status {
  readonly ok: boolean;
  readonly text: string;
}

/** RFC 2449 allows 512 bytes; some servers list more mechanisms than fit. */
const MAX_LINE = 2048;
const MAX_LINES = 128;

type Reading = Pick<Connection, 'readUntil'>;

/** Reads a status line. @throws ConversationError `garbled` */
async function readStatus(connection: Reading): Promise<Pop3Status> {
  const line = await readLine(connection);
  const [, indicator, text = ''] = /^(\+OK|-ERR)(?: (.*))?$/s.exec(line) ?? [];
  if (indicator === undefined) {
    throw new ConversationError('garbled', `"${printable(line, 80)}" is not a status line of POP3.`);
  }
  return { ok: indicator === '+OK', text };
}

/** Reads the greeting and resolves with its text. @throws ConversationError `garbled` for one that turns us away */
export async function readGreeting(connection: Reading): Promise<string> {
  const { ok, text } = await readStatus(connection);
  if (!ok) {
    throw new ConversationError('garbled', `The server turns us away with "${printable(text, 120)}".`);
  }
  return text;
}

/** Sends a command and reads its status line. */
export async function ask(
  connection: Reading & Pick<Connection, 'write'>,
  command: string,
): Promise<Pop3Status> {
  await connection.write(`${command}\r\n`);
  return readStatus(connection);
}

/** Lines after a status line up to the one with a single dot, without it. @throws ConversationError `garbled` */
export async function readList(connection: Reading): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < MAX_LINES) {
    const line = await readLine(connection);
    if (line === '.') {
      return lines;
    }
    lines.push(line.replace(/^\./, ''));
  }
  throw new ConversationError('garbled', `A list went on for more than ${MAX_LINES} lines.`);
}

/** What the lines of a reply to CAPA (RFC 2449) offer, in upper case. */
export function parseCapabilities(lines: readonly string[]) {
  const capabilities = new Set<string>();
  const saslMechanisms = new Set<string>();
  for (const line of lines) {
    const [keyword = '', ...parameters] = line
      .toUpperCase()
      .split(/\s+/)
      .filter((word) => /^[!-~]{1,64}$/.test(word));
    if (keyword === '') {
      continue;
    }
    capabilities.add(keyword);
    if (keyword === 'SASL') {
      parameters.forEach((name) => saslMechanisms.add(name));
    }
  }
  return {
    capabilities: [...capabilities].slice(0, 64),
    saslMechanisms: [...saslMechanisms].slice(0, 32),
  };
}

async function readLine(connection: Reading): Promise<string> {
  return (await connection.readUntil('\n', MAX_LINE)).toString('latin1').replace(/\r?\n$/, '');
}
