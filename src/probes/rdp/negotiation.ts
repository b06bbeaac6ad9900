import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';

// [MS-RDPBCGR], sections 2.2.1.1 and 2.2.1.2: a connection request and its confirmation (X.224), each in a TPKT
// (RFC 1006), with a request for security protocols after the fixed part.

/** Values of `requestedProtocols`; TLS has to be asked for together with CredSSP, which runs inside it. */
export const STANDARD = 0;
export const TLS = 1;
export const CREDSSP = 2;
const CREDSSP_EARLY = 8;

/** What the server selected; `declined` when it wants none of what was asked for. */
export type Selection = 'standard' | 'tls' | 'nla' | 'declined';

const CONNECTION_CONFIRM = 0xd0;
const NEGOTIATION_RESPONSE = 2;
const NEGOTIATION_FAILURE = 3;
const FIXED_LENGTH = 11;
const MAX_LENGTH = 512;

/** Asks for security protocols on a fresh connection. @throws ConversationError `garbled` */
export async function negotiate(
  connection: Pick<Connection, 'write' | 'readExactly'>,
  protocols: number,
): Promise<{ readonly selection: Selection; readonly negotiates: boolean }> {
  await connection.write(connectionRequest(protocols));
  const header = await connection.readExactly(4);
  const length = header.readUInt16BE(2);
  if (header[0] !== 3 || header[1] !== 0 || length < FIXED_LENGTH || length > MAX_LENGTH) {
    throw foreign(header);
  }
  const confirm = await connection.readExactly(length - header.length);
  if (confirm[1] !== CONNECTION_CONFIRM || confirm[0] !== confirm.length - 1) {
    throw foreign(Buffer.concat([header, confirm]));
  }
  return selected(confirm.subarray(FIXED_LENGTH - header.length));
}

/** A server from before the negotiation confirms without a word of it, and then speaks RDP's own security. */
function selected(negotiation: Buffer): { selection: Selection; negotiates: boolean } {
  if (negotiation.length === 0) {
    return { selection: 'standard', negotiates: false };
  }
  if (negotiation.length < 8 || negotiation.readUInt16LE(2) !== 8) {
    throw foreign(negotiation);
  }
  const type = negotiation[0];
  const value = negotiation.readUInt32LE(4);
  if (type === NEGOTIATION_FAILURE) {
    return { selection: 'declined', negotiates: true };
  }
  const selection = type === NEGOTIATION_RESPONSE ? SELECTIONS.get(value) : undefined;
  if (selection === undefined) {
    throw foreign(negotiation);
  }
  return { selection, negotiates: true };
}

const SELECTIONS = new Map<number, Selection>([
  [STANDARD, 'standard'],
  [TLS, 'tls'],
  [CREDSSP, 'nla'],
  [CREDSSP_EARLY, 'nla'],
]);

/** X.224 connection request without cookie: nobody is named. */
export function connectionRequest(protocols: number): Buffer {
  const negotiation = Buffer.from([1, 0, 8, 0, protocols, 0, 0, 0]);
  const request = Buffer.from([6 + negotiation.length, 0xe0, 0, 0, 0, 0, 0]);
  const tpkt = Buffer.from([3, 0, 0, 4 + request.length + negotiation.length]);
  return Buffer.concat([tpkt, request, negotiation]);
}

function foreign(bytes: Buffer): ConversationError {
  const shown = bytes.subarray(0, 16).toString('hex');
  return new ConversationError('garbled', `The bytes 0x${shown} are no confirmation of a connection in RDP.`);
}
