import { createHash } from 'node:crypto';
import { extensionType } from './client-hello.ts';

/** What a server chose (RFC 8446, section 4.1.3; RFC 5246, section 7.4.1.3). */
export interface ServerHello {
  /** The number of the version on the wire. */
  readonly version: number;
  readonly suite: number;
  readonly compression: number;
  /** The group of TLS 1.3's key exchange; null before and without one. */
  readonly group: number | null;
  /** The types of the extensions in it. */
  readonly extensions: ReadonlySet<number>;
}

/** Longer ones are none: the extensions that may be in it are few and short. */
export const maxServerHello = 4096;

/** The random value that makes a ServerHello of TLS 1.3 a HelloRetryRequest (RFC 8446, section 4.1.3). */
const retryRandom = createHash('sha256').update('HelloRetryRequest').digest();

/** Null for what is no ServerHello. */
export function parseServerHello(body: Buffer): ServerHello | null {
  if (body.length < 35) return null;
  const sessionLength = body.readUInt8(34);
  const at = 35 + sessionLength;
  if (sessionLength > 32 || body.length < at + 3) return null;
  const extensions = parseExtensions(body.subarray(at + 3));
  if (extensions === null) return null;
  const selected = extensions.get(extensionType.supportedVersions);
  const share = extensions.get(extensionType.keyShare);
  const retry = body.subarray(2, 34).equals(retryRandom);
  return {
    version: selected?.length === 2 ? selected.readUInt16BE(0) : body.readUInt16BE(0),
    suite: body.readUInt16BE(at),
    compression: body.readUInt8(at + 2),
    // A retry names the group alone, an agreement also the server's key.
    group:
      share !== undefined && (retry ? share.length === 2 : share.length > 4) ? share.readUInt16BE(0) : null,
    extensions: new Set(extensions.keys()),
  };
}

/** None at all is allowed before TLS 1.3. Null for a list that does not add up. */
function parseExtensions(bytes: Buffer): Map<number, Buffer> | null {
  const extensions = new Map<number, Buffer>();
  if (bytes.length === 0) return extensions;
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== bytes.length - 2) return null;
  let at = 2;
  while (at < bytes.length) {
    if (bytes.length - at < 4) return null;
    const end = at + 4 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) return null;
    extensions.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, end));
    at = end;
  }
  return extensions;
}
