import { createHash } from 'node:crypto';
import { printable } from '../../scanner/printable.ts';
import { bitLength, Fields, string } from './data.ts';

/** What is told of one public key of SSH. */
export interface PublicKey {
  readonly type: string;
  /** 0 when it cannot be told. */
  readonly bits: number;
  /** As `ssh-keygen -l` writes it. */
  readonly fingerprint: string;
}

export interface HostKey extends PublicKey {
  /** The authority that has signed it, for a certificate; null for a bare key. */
  readonly authority: PublicKey | null;
}

const CERTIFICATE = '-cert-v01@openssh.com';

/** How a key goes on after its type (RFC 4253, section 6.6; RFC 5656; RFC 8709). */
interface Layout {
  readonly fields: number;
  /** The size, or which of the fields has it. */
  readonly bits: number | { readonly of: number };
}

const LAYOUTS: ReadonlyMap<string, Layout> = new Map([
  ['ssh-rsa', { fields: 2, bits: { of: 1 } }],
  ['ssh-dss', { fields: 4, bits: { of: 0 } }],
  ['ecdsa-sha2-nistp256', { fields: 2, bits: 256 }],
  ['ecdsa-sha2-nistp384', { fields: 2, bits: 384 }],
  ['ecdsa-sha2-nistp521', { fields: 2, bits: 521 }],
  ['ssh-ed25519', { fields: 1, bits: 256 }],
  ['ssh-ed448', { fields: 1, bits: 456 }],
]);

/**
 * Takes apart a host key, or a certificate of one as OpenSSH has them (PROTOCOL.certkeys). One of a type that we do
 * not know still has its type and fingerprint. @throws ConversationError `garbled`
 */
export function parseHostKey(blob: Buffer): HostKey {
  const fields = new Fields(blob, 'The host key');
  const type = fields.string().toString('latin1');
  if (!type.endsWith(CERTIFICATE)) return { ...publicKey(type, fields, blob), authority: null };
  const plainType = type.slice(0, -CERTIFICATE.length);
  const layout = LAYOUTS.get(plainType);
  if (layout === undefined) return { ...describe(type, 0, blob), authority: null };
  // A nonce, so that nobody can predict what the authority signs.
  fields.string();
  const parts = Array.from({ length: layout.fields }, () => fields.string());
  const plain = Buffer.concat([string(plainType), ...parts.map(string)]);
  // Serial number, kind, key id, principals, two times, critical options, extensions, reserved.
  fields.skip(8 + 4);
  fields.string();
  fields.string();
  fields.skip(8 + 8);
  fields.string();
  fields.string();
  fields.string();
  const signer = fields.string();
  const authority = new Fields(signer, 'The key of the authority');
  return {
    ...describe(type, sizeOf(layout, parts), plain),
    authority: publicKey(authority.string().toString('latin1'), authority, signer),
  };
}

function publicKey(type: string, fields: Fields, blob: Buffer): PublicKey {
  const layout = LAYOUTS.get(type);
  if (layout === undefined) return describe(type, 0, blob);
  const parts = Array.from({ length: layout.fields }, () => fields.string());
  return describe(type, sizeOf(layout, parts), blob);
}

function sizeOf({ bits }: Layout, parts: readonly Buffer[]): number {
  return typeof bits === 'number' ? bits : bitLength(parts[bits.of] ?? Buffer.alloc(0));
}

function describe(type: string, bits: number, blob: Buffer): PublicKey {
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { type: printable(type, 64), bits, fingerprint: `SHA256:${digest}` };
}
