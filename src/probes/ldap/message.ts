import type { Connection } from '../../scanner/connection.ts';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';
import {
  boolean,
  element,
  elementsOf,
  integer,
  lengthOfLength,
  nextElement,
  numberIn,
  octets,
  TAG,
  type BerElement,
} from './ber.ts';

// LDAP version 3 (RFC 4511): messages with one operation each.

/** Tags of the operations (RFC 4511, section 4.2 and those after it). */
const OPERATION = {
  searchRequest: 0x63,
  searchEntry: 0x64,
  searchDone: 0x65,
  searchReference: 0x73,
  extendedRequest: 0x77,
  extendedResponse: 0x78,
} as const;

export const UNBIND = element(TAG.sequence, integer(0x7f), Buffer.from([0x42, 0x00]));
export const START_TLS = '1.3.6.1.4.1.1466.20037';

const MAX_MESSAGE = 32 * 1024;
const MAX_MESSAGES = 8;
const MAX_ATTRIBUTES = 64;
const MAX_VALUES = 256;
const BASE_OBJECT = 0;
const NEVER_DEREFERENCE = 0;
const ENTRIES = 1;
const SECONDS = 10;
const PRESENT_FILTER = 0x87;

/** What a search of one entry came to. */
export interface SearchResult {
  /** A result code (RFC 4511, appendix A); 0 is success. */
  readonly code: number;
  /** By the attribute's name in lower case; null when no entry was returned. */
  readonly entry: ReadonlyMap<string, readonly Buffer[]> | null;
}

/** Asks for one entry by its name, at most one. `1.1` as attribute asks for none. */
export function searchRequest(id: number, base: Buffer | string, attributes: readonly string[]): Buffer {
  return element(
    TAG.sequence,
    integer(id),
    element(
      OPERATION.searchRequest,
      octets(base),
      integer(BASE_OBJECT, TAG.enumerated),
      integer(NEVER_DEREFERENCE, TAG.enumerated),
      integer(ENTRIES),
      integer(SECONDS),
      boolean(false),
      element(PRESENT_FILTER, Buffer.from('objectClass')),
      element(TAG.sequence, ...attributes.map((name) => octets(name))),
    ),
  );
}

/** Asks to go on inside TLS (RFC 4511, section 4.14). */
export function startTlsRequest(id: number): Buffer {
  return element(
    TAG.sequence,
    integer(id),
    element(OPERATION.extendedRequest, element(0x80, Buffer.from(START_TLS))),
  );
}

/** Reads the answer to {@link searchRequest}. @throws ConversationError `garbled` */
export async function readSearch(
  connection: Pick<Connection, 'readExactly'>,
  id: number,
): Promise<SearchResult> {
  let entry: SearchResult['entry'] = null;
  for (let message = 0; message < MAX_MESSAGES; message += 1) {
    const operation = await readOperation(connection, id);
    if (operation.tag === OPERATION.searchDone) return { code: resultCode(operation), entry };
    if (operation.tag === OPERATION.searchEntry) entry = attributesOf(operation);
    else if (operation.tag !== OPERATION.searchReference) throw unexpected(operation);
  }
  throw new ConversationError(
    'garbled',
    `A search for one entry was answered with ${MAX_MESSAGES} messages.`,
  );
}

/** Reads the result code of the answer to {@link startTlsRequest}. @throws ConversationError `garbled` */
export async function readExtended(connection: Pick<Connection, 'readExactly'>, id: number): Promise<number> {
  const operation = await readOperation(connection, id);
  if (operation.tag !== OPERATION.extendedResponse) throw unexpected(operation);
  return resultCode(operation);
}

async function readOperation(connection: Pick<Connection, 'readExactly'>, id: number): Promise<BerElement> {
  const cursor = new ByteCursor(await readMessage(connection), 'A message');
  const number = nextElement(cursor);
  const operation = nextElement(cursor);
  const which = number.tag === TAG.integer ? numberIn(number) : -1;
  // Number 0 is the server's notice that it hangs up (RFC 4511, section 4.4.1), with the result code as reason.
  if (which === 0 && operation.tag === OPERATION.extendedResponse) {
    throw new ConversationError(
      'garbled',
      `The server disconnects with result code ${resultCode(operation)}.`,
    );
  }
  if (which !== id) throw new ConversationError('garbled', `A message answers request ${which}, not ${id}.`);
  return operation;
}

async function readMessage(connection: Pick<Connection, 'readExactly'>): Promise<Buffer> {
  const head = await connection.readExactly(2);
  const first = lengthOfLength(head.readUInt8(1));
  if (head[0] !== TAG.sequence) {
    throw new ConversationError('garbled', `0x${head.toString('hex')} does not begin a message of LDAP.`);
  }
  const length =
    'length' in first ? first.length : (await connection.readExactly(first.more)).readUIntBE(0, first.more);
  if (length > MAX_MESSAGE) {
    throw new ConversationError(
      'garbled',
      `A message claims ${length} bytes, expected at most ${MAX_MESSAGE}.`,
    );
  }
  return connection.readExactly(length);
}

function resultCode(operation: BerElement): number {
  const [code] = elementsOf(operation, 1);
  if (code?.tag !== TAG.enumerated) throw unexpected(operation);
  return numberIn(code);
}

function attributesOf(operation: BerElement): ReadonlyMap<string, readonly Buffer[]> {
  const [, attributes] = elementsOf(operation, 2);
  const entry = new Map<string, readonly Buffer[]>();
  if (attributes === undefined) return entry;
  for (const attribute of elementsOf(attributes, MAX_ATTRIBUTES)) {
    const [name, values] = elementsOf(attribute, 2);
    if (name === undefined || values === undefined) throw unexpected(operation);
    entry.set(
      name.content.toString('latin1').toLowerCase(),
      elementsOf(values, MAX_VALUES).map(({ content }) => content),
    );
  }
  return entry;
}

function unexpected({ tag }: BerElement): ConversationError {
  return new ConversationError(
    'garbled',
    `An operation with tag 0x${tag.toString(16)} came where it has no place.`,
  );
}
