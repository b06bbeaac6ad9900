import { randomBytes } from 'node:crypto';
import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';

// The first message of SMB 2 and 3 (MS-SMB2, sections 2.2.3 and 2.2.4) and of SMB 1 (MS-CIFS, 2.2.4.52; MS-SMB,
// 2.2.4.5): the client names dialects, the server picks one and says whether messages are signed.

export const dialects = ['2.0.2', '2.1', '3.0', '3.0.2', '3.1.1'] as const;
export type Dialect = (typeof dialects)[number];

/** What a server picked. */
export interface Negotiated {
  readonly dialect: Dialect;
  readonly signingRequired: boolean;
}

const REVISIONS: Readonly<Record<Dialect, number>> = {
  '2.0.2': 0x0202,
  '2.1': 0x0210,
  '3.0': 0x0300,
  '3.0.2': 0x0302,
  '3.1.1': 0x0311,
};
const SMB2_ID = Buffer.from([0xfe, 0x53, 0x4d, 0x42]);
const SMB1_ID = Buffer.from([0xff, 0x53, 0x4d, 0x42]);
const SMB2_HEADER = 64;
const NEGOTIATE_BODY = 36;
const FROM_SERVER = 0x01;
const SIGNING_ENABLED = 0x01;
const SIGNING_REQUIRED = 0x02;

/** Offers dialects of SMB 2 and 3. */
export function smb2Negotiate(offered: readonly Dialect[]): Buffer {
  const header = Buffer.alloc(SMB2_HEADER);
  SMB2_ID.copy(header);
  header.writeUInt16LE(SMB2_HEADER, 4);
  header.writeUInt16LE(1, 14); // Credits asked for.
  const body = Buffer.alloc(NEGOTIATE_BODY);
  body.writeUInt16LE(NEGOTIATE_BODY, 0);
  body.writeUInt16LE(offered.length, 2);
  body.writeUInt16LE(SIGNING_ENABLED, 4);
  // The client's GUID, which 2.0.2 does not have.
  if (offered.some((dialect) => dialect !== '2.0.2')) randomBytes(16).copy(body, 12);
  const revisions = Buffer.alloc(offered.length * 2);
  offered.forEach((dialect, index) => revisions.writeUInt16LE(REVISIONS[dialect], index * 2));
  if (!offered.includes('3.1.1')) return Buffer.concat([header, body, revisions]);
  const before = SMB2_HEADER + NEGOTIATE_BODY + revisions.length;
  const padding = Buffer.alloc((8 - (before % 8)) % 8);
  body.writeUInt32LE(before + padding.length, 28);
  body.writeUInt16LE(1, 32);
  return Buffer.concat([header, body, revisions, padding, preauthIntegrity()]);
}

/** The context that 3.1.1 must have: SHA-512 over what is said, with a salt. */
function preauthIntegrity(): Buffer {
  const context = Buffer.alloc(8 + 6);
  context.writeUInt16LE(1, 0); // SMB2_PREAUTH_INTEGRITY_CAPABILITIES
  context.writeUInt16LE(6 + 32, 2);
  context.writeUInt16LE(1, 8); // One algorithm,
  context.writeUInt16LE(32, 10); // a salt of 32 bytes,
  context.writeUInt16LE(1, 12); // SHA-512.
  return Buffer.concat([context, randomBytes(32)]);
}

/** What the server picked; null when it declined all that was offered. @throws ConversationError `garbled` */
export function parseSmb2Answer(message: Buffer): Negotiated | null {
  const cursor = new ByteCursor(message, 'The answer to NEGOTIATE');
  const id = cursor.take(4);
  cursor.skip(4); // Header size, credit charge.
  const status = cursor.uint32le();
  const command = cursor.uint16le();
  cursor.skip(2);
  const flags = cursor.uint32le();
  if (!id.equals(SMB2_ID) || command !== 0 || (flags & FROM_SERVER) === 0) throw notSmb(message);
  if (status !== 0) return null;
  cursor.skip(SMB2_HEADER - 20 + 2);
  const security = cursor.uint16le();
  const revision = cursor.uint16le();
  const dialect = dialects.find((name) => REVISIONS[name] === revision);
  if (dialect === undefined) {
    throw new ConversationError('garbled', `The server picked dialect 0x${revision.toString(16)}.`);
  }
  return { dialect, signingRequired: (security & SIGNING_REQUIRED) !== 0 };
}

const SMB1_HEADER = 32;
const SMB1_NEGOTIATE = 0x72;
const SMB1_REPLY = 0x80;
/** Long names, and status codes of Windows NT. */
const SMB1_FLAGS2 = 0x4001;
const SMB1_SIGNING_REQUIRED = 0x08;

/** Offers the last dialect of SMB 1 and no other. */
export function smb1Negotiate(): Buffer {
  const header = Buffer.alloc(SMB1_HEADER);
  SMB1_ID.copy(header);
  header.writeUInt8(SMB1_NEGOTIATE, 4);
  header.writeUInt8(0x18, 9); // Paths without regard to case, in canonical form.
  header.writeUInt16LE(SMB1_FLAGS2, 10);
  const dialect = Buffer.from('\x02NT LM 0.12\0', 'latin1');
  return Buffer.concat([header, Buffer.from([0x00, dialect.length, 0x00]), dialect]);
}

/** Whether SMB 1 was accepted and, if so, must be signed; null when not. @throws ConversationError `garbled` */
export function parseSmb1Answer(message: Buffer): { readonly signingRequired: boolean } | null {
  const cursor = new ByteCursor(message, 'The answer to the negotiation of SMB 1');
  const id = cursor.take(4);
  const command = cursor.uint8();
  const status = cursor.uint32le();
  const flags = cursor.uint8();
  if (!id.equals(SMB1_ID) || command !== SMB1_NEGOTIATE || (flags & SMB1_REPLY) === 0) throw notSmb(message);
  if (status !== 0) return null;
  cursor.skip(SMB1_HEADER - 10);
  const words = cursor.uint8();
  // One word says that no dialect is known.
  if (words < 17 || cursor.uint16le() !== 0) return null;
  return { signingRequired: (cursor.uint8() & SMB1_SIGNING_REQUIRED) !== 0 };
}

function notSmb(message: Buffer): ConversationError {
  const start = message.toString('hex', 0, 8);
  return new ConversationError('garbled', `A message that begins with 0x${start} does not answer NEGOTIATE.`);
}
