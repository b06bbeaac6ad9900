import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { lookAnonymously, type AnonymousLook } from './ldap/anonymous-look.ts';
import { readExtended, START_TLS, startTlsRequest, UNBIND } from './ldap/message.ts';

// LDAP version 3 (RFC 4511, RFC 4512), ports 389, 3268, and 636 and 3269 (TLS).
//
// Sends: a search for the root entry, which says what the server can do; for the topmost entry of the first naming
// contexts, without any attribute, until one is shown; and the request for StartTLS where the server does not say
// whether it has it, or shows entries only inside TLS. Never a bind, a name and password, a search below an entry, or
// a change.

/** It gives no vendor, but has a class of its own for its root entry. */
const OPENLDAP = Buffer.from('OpenLDAProotDSE');
/** An old server's TLS tells as much as a new one's. */
const ANY_TLS = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' } as const;

export default defineProbe({
  id: 'ldap',
  title: 'What an LDAP directory shows to a client that has not said who it is',
  transport: 'tcp',
  defaultPorts: [389, 636, 3268, 3269],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS from its first byte'),
    startTlsOffered: z.boolean().describe('Whether the server has the StartTLS operation'),
    anonymousRead: z
      .boolean()
      .describe('Whether an entry beyond the root entry was shown to a client that had not authenticated'),
    namingContexts: z
      .array(z.string().max(256))
      .max(16)
      .describe('Names of the subtrees that the server holds, as far as it names them to everybody'),
    saslMechanisms: z
      .array(z.string().max(64))
      .max(32)
      .describe('SASL mechanisms that the root entry names on a connection as it is, before any StartTLS'),
    vendor: z
      .string()
      .max(256)
      .nullable()
      .describe('Name and version of the product as far as the root entry gives them; null when it does not'),
  }),
  maxBytes: 128 * 1024,
  async startTls(connection) {
    if (!(await agreesToTls(connection))) {
      throw new ConversationError('garbled', 'The server does not offer StartTLS.');
    }
  },
  async run(connection) {
    const { encrypted } = connection;
    const look = await lookAnonymously(connection);
    await connection.write(UNBIND);
    const extensions = valuesOf(look, 'supportedExtension').map(String);
    const named = extensions.includes(START_TLS);
    if (encrypted || (extensions.length > 0 && !(named && look.entries === 'inside-tls'))) {
      return { encrypted, startTlsOffered: named, ...described(look) };
    }
    connection.close();
    const other = await connection.another();
    const startTlsOffered = await agreesToTls(other);
    if (!startTlsOffered || look.entries !== 'inside-tls') {
      return { encrypted, startTlsOffered, ...described(look) };
    }
    await other.startTls(ANY_TLS);
    const inside = await lookAnonymously(other);
    await other.write(UNBIND);
    const { saslMechanisms } = described(look);
    return { encrypted, startTlsOffered, ...described(inside), saslMechanisms };
  },
});

async function agreesToTls(connection: Pick<Connection, 'readExactly' | 'write'>): Promise<boolean> {
  await connection.write(startTlsRequest(1));
  return (await readExtended(connection, 1)) === 0;
}

function described(look: AnonymousLook) {
  return {
    anonymousRead: look.entries === 'shown',
    namingContexts: texts(look.namingContexts, 256).slice(0, 16),
    saslMechanisms: texts(valuesOf(look, 'supportedSASLMechanisms'), 64).slice(0, 32),
    vendor: vendorOf(look),
  };
}

function valuesOf({ root }: AnonymousLook, attribute: string): readonly Buffer[] {
  return root.get(attribute.toLowerCase()) ?? [];
}

function texts(values: readonly Buffer[], limit: number): string[] {
  return [...new Set(values.map((value) => printable(value, limit)))];
}

function vendorOf(look: AnonymousLook): string | null {
  const [name] = texts(valuesOf(look, 'vendorName'), 120);
  const [version] = texts(valuesOf(look, 'vendorVersion'), 120);
  if (name === undefined && version === undefined) {
    return valuesOf(look, 'objectClass').some((value) => value.equals(OPENLDAP)) ? 'OpenLDAP' : null;
  }
  // Some versions repeat the name.
  const repeated = name !== undefined && version?.startsWith(name) === true;
  return [...(repeated ? [] : [name]), version].filter((part) => part !== undefined).join(' ');
}
