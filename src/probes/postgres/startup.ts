import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

/** How a server answers a StartupMessage that comes without a password. */
export type StartupAnswer =
  | {
      readonly kind: 'let-in';
      /** Whether the session was there in the end; the database or the role may be missing. */
      readonly sessionOpened: boolean;
      readonly version: string | null;
      readonly errorCode: string | null;
    }
  | { readonly kind: 'asked'; readonly authMethod: AuthMethod }
  | { readonly kind: 'refused'; readonly errorCode: string };

export const authMethods = ['kerberos', 'password', 'md5', 'gss', 'sspi', 'scram', 'other'] as const;
export type AuthMethod = (typeof authMethods)[number];

/** The numbers of the authentication requests ("Message Formats"). */
const METHODS: ReadonlyMap<number, AuthMethod> = new Map([
  [2, 'kerberos'],
  [3, 'password'],
  [5, 'md5'],
  [7, 'gss'],
  [9, 'sspi'],
  [10, 'scram'],
]);

const PROTOCOL_3 = 0x0003_0000;
const MAX_BODY = 4096;
/** After AuthenticationOk come some twenty settings, the key of the session, and the word that it is ready. */
const MAX_MESSAGES = 64;

export const TERMINATE = Buffer.from([0x58, 0x00, 0x00, 0x00, 0x04]);

/** The message that begins a session of a user, in the database of the user's name. */
export function startupMessage(user: string): Buffer {
  const settings = Buffer.from(`user\0${user}\0database\0${user}\0\0`, 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + settings.length, 0);
  head.writeUInt32BE(PROTOCOL_3, 4);
  return Buffer.concat([head, settings]);
}

/** Reads the answer to {@link startupMessage}. @throws ConversationError `garbled` */
export async function readStartupAnswer(connection: Pick<Connection, 'readExactly'>): Promise<StartupAnswer> {
  const first = await nextAnswer(connection);
  if (first.type === 'E') return { kind: 'refused', errorCode: sqlState(first.body) };
  if (first.type !== 'R') throw unexpected(first.type);
  const request = new ByteCursor(first.body, 'The authentication request').uint32be();
  if (request !== 0) return { kind: 'asked', authMethod: METHODS.get(request) ?? 'other' };
  return readSession(connection);
}

/** What follows AuthenticationOk, up to the word that the session is ready or that it cannot be had. */
async function readSession(connection: Pick<Connection, 'readExactly'>): Promise<StartupAnswer> {
  let version: string | null = null;
  for (let message = 0; message < MAX_MESSAGES; message += 1) {
    const { type, body } = await readMessage(connection);
    if (type === 'Z') return { kind: 'let-in', sessionOpened: true, version, errorCode: null };
    if (type === 'E') return { kind: 'let-in', sessionOpened: false, version, errorCode: sqlState(body) };
    if (type === 'S') version = serverVersion(body) ?? version;
    else if (type !== 'K' && type !== 'N') throw unexpected(type);
  }
  throw new ConversationError(
    'garbled',
    `After AuthenticationOk came ${MAX_MESSAGES} messages and no session.`,
  );
}

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** The next message but for notices and an offer of an older minor version of the protocol. */
async function nextAnswer(connection: Pick<Connection, 'readExactly'>): Promise<Message> {
  for (let passed = 0; passed < 4; passed += 1) {
    const message = await readMessage(connection);
    if (message.type !== 'N' && message.type !== 'v') return message;
  }
  throw new ConversationError('garbled', 'The server gives notices and no answer.');
}

async function readMessage(connection: Pick<Connection, 'readExactly'>): Promise<Message> {
  const head = await connection.readExactly(5);
  const type = head.toString('latin1', 0, 1);
  const length = head.readUInt32BE(1) - 4;
  if (!/^[A-Za-z]$/.test(type) || length < 0 || length > MAX_BODY) {
    throw new ConversationError(
      'garbled',
      `The bytes 0x${head.toString('hex')} do not begin a message of PostgreSQL.`,
    );
  }
  return { type, body: await connection.readExactly(length) };
}

/** The SQLSTATE of an error: five letters and digits that stay the same in every language of the server. */
function sqlState(body: Buffer): string {
  const cursor = new ByteCursor(body, 'The error');
  while (cursor.left > 1) {
    const field = cursor.uint8();
    if (field === 0) break;
    const value = cursor.untilNul();
    if (field === 0x43 && /^[0-9A-Z]{5}$/.test(value.toString('latin1'))) return value.toString('latin1');
  }
  throw new ConversationError('garbled', 'The server refused with an error that has no SQLSTATE.');
}

function serverVersion(body: Buffer): string | null {
  const cursor = new ByteCursor(body, 'A setting');
  const name = cursor.untilNul().toString('latin1');
  return name === 'server_version' ? printable(cursor.untilNul(), 128) : null;
}

function unexpected(type: string): ConversationError {
  return new ConversationError('garbled', `A message of type "${type}" came where it has no place.`);
}
