import type { Connection } from '../../scanner/connection.ts';
import { clientHello, type Hello } from '../tls/client-hello.ts';
import { isOf } from '../tls/families.ts';
import { groupsBeforeTls13 } from '../tls/groups.ts';
import { createKeyShares } from '../tls/key-shares.ts';
import { RecordReader } from '../tls/records.ts';
import { suiteName, suitesOf } from '../tls/suites.ts';

/** A server may think about its certificate for a while, but not for as long as the whole probe may take. */
const WAIT_MS = 3000;
const CERTIFICATE = 11;
const HELLO_DONE = 14;
const MAX_MESSAGE = 128 * 1024;
const MAX_CERTIFICATES = 16;

/** Newest first; a server answers with what it has below. Some old ones answer only what they know. */
const VERSIONS = ['TLSv1.2', 'TLSv1', 'SSLv3'] as const;

/**
 * The certificates (DER) of a server with which no handshake could be completed, from the part of it that is in clear
 * before TLS 1.3 (RFC 5246, section 7.4.2). Null when it sends none: the reason for that is not known.
 */
export async function readChainInClear(connection: Connection): Promise<Buffer[] | null> {
  for (const version of VERSIONS) {
    const chain = await ask(await connection.another(), {
      version,
      suites: suitesOf(version).filter((code) => showsCertificate(suiteName(code))),
      // Those of today first.
      groups: groupsBeforeTls13.toReversed().flat(),
      serverName: connection.name,
      manner: version === 'TLSv1.2' ? 'full' : 'bare',
      keyShares: createKeyShares(),
    });
    if (chain !== null) return chain;
  }
  return null;
}

/** Others authenticate by a shared secret, or not at all. */
function showsCertificate(suite: string): boolean {
  return !isOf('anonymous', suite) && !/^TLS_(?:\w*PSK|KRB5|SRP|ECCPWD)_|SCSV/.test(suite);
}

async function ask(connection: Connection, hello: Hello): Promise<Buffer[] | null> {
  try {
    await connection.write(clientHello(hello));
    const reader = new RecordReader(connection, WAIT_MS);
    for (;;) {
      const message = await reader.next();
      if (message.kind === 'alert' && !message.fatal) continue;
      if (message.kind !== 'handshake' || message.type === HELLO_DONE || message.length > MAX_MESSAGE)
        return null;
      const body = await reader.body(message.length);
      if (!Buffer.isBuffer(body)) return null;
      if (message.type === CERTIFICATE) return certificatesOf(body);
    }
  } finally {
    connection.close();
  }
}

/** A list with its length in three bytes, as each of its entries. What does not add up ends it. */
function certificatesOf(body: Buffer): Buffer[] | null {
  const certificates: Buffer[] = [];
  let at = 3;
  while (at + 3 <= body.length && certificates.length < MAX_CERTIFICATES) {
    const end = at + 3 + body.readUIntBE(at, 3);
    if (end > body.length) break;
    certificates.push(body.subarray(at + 3, end));
    at = end;
  }
  return certificates.length === 0 ? null : certificates;
}
