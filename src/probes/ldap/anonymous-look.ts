import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { readSearch, searchRequest, type SearchResult } from './message.ts';

/** What a directory shows to a client that has not said who it is. */
export interface AnonymousLook {
  /** Values of the root entry by attribute in lower case; empty when it is not shown. */
  readonly root: ReadonlyMap<string, readonly Buffer[]>;
  readonly namingContexts: readonly Buffer[];
  /** Whether an entry beyond the root entry was shown, was not, or may be inside TLS only. */
  readonly entries: 'shown' | 'refused' | 'inside-tls';
}

const ROOT_ATTRIBUTES = [
  'objectClass',
  'namingContexts',
  'supportedExtension',
  'supportedSASLMechanisms',
  'vendorName',
  'vendorVersion',
];
const NO_ATTRIBUTES = ['1.1'];
const CONTEXTS_TRIED = 4;
const MAX_NAME = 512;

const CONFIDENTIALITY_REQUIRED = 13;
/**
 * Result codes that refuse (RFC 4511, appendix A): no entry at all, operationsError of Active Directory, stronger
 * authentication, referrals, an object that is not there or not for us, wrong credentials, access, unwillingness.
 */
const REFUSALS: ReadonlySet<number> = new Set([0, 1, 7, 8, 10, CONFIDENTIALITY_REQUIRED, 32, 48, 49, 50, 53]);

/** Asks for the root entry and, until one is shown, for the naming contexts. @throws ConversationError `garbled` */
export async function lookAnonymously(
  connection: Pick<Connection, 'readExactly' | 'write'>,
): Promise<AnonymousLook> {
  const first = await search(connection, 1, '', ROOT_ATTRIBUTES);
  const root = first.entry ?? new Map<string, readonly Buffer[]>();
  const named = root.get('namingcontexts') ?? [];
  const namingContexts = named.filter(({ length }) => length > 0 && length <= MAX_NAME);
  let insideTls = first.code === CONFIDENTIALITY_REQUIRED;
  for (const [index, context] of namingContexts.slice(0, CONTEXTS_TRIED).entries()) {
    const { code, entry } = await search(connection, 2 + index, context, NO_ATTRIBUTES);
    if (entry !== null) return { root, namingContexts, entries: 'shown' };
    insideTls ||= code === CONFIDENTIALITY_REQUIRED;
  }
  return { root, namingContexts, entries: insideTls ? 'inside-tls' : 'refused' };
}

async function search(
  connection: Pick<Connection, 'readExactly' | 'write'>,
  id: number,
  base: Buffer | string,
  attributes: readonly string[],
): Promise<SearchResult> {
  await connection.write(searchRequest(id, base, attributes));
  const result = await readSearch(connection, id);
  if (result.entry !== null || REFUSALS.has(result.code)) return result;
  throw new ConversationError(
    'garbled',
    `A search was answered with result code ${result.code}, which says nothing about what is allowed.`,
  );
}
