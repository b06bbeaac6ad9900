import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';

type Conversing = Pick<Connection, 'readExactly' | 'write'>;

/** Numbers of IANA's registry of RFB security types. */
const TYPES = new Map([
  [1, 'None'],
  [2, 'VNC Authentication'],
  [5, 'RA2'],
  [6, 'RA2ne'],
  [16, 'Tight'],
  [17, 'Ultra'],
  [18, 'TLS'],
  [19, 'VeNCrypt'],
  [20, 'SASL'],
  [21, 'MD5 hash'],
  [22, 'xvp'],
  [30, 'Apple Diffie-Hellman'],
  [129, 'RA256'],
  [130, 'RA256ne'],
  // The second list, within VeNCrypt.
  [256, 'Plain'],
  [257, 'TLS None'],
  [258, 'TLS VNC Authentication'],
  [259, 'TLS Plain'],
  [260, 'X509 None'],
  [261, 'X509 VNC Authentication'],
  [262, 'X509 Plain'],
  [263, 'TLS SASL'],
  [264, 'X509 SASL'],
]);
export const VENCRYPT = 19;
const MAX_REASON = 1024;

export const typeName = (code: number): string => TYPES.get(code) ?? `type ${code}`;

/** The security types that a server offers (RFC 6143, section 7.1.2), after its version was answered with `minor`. */
export async function readSecurityTypes(connection: Conversing, minor: 3 | 7 | 8): Promise<number[]> {
  if (minor === 3) {
    const type = (await connection.readExactly(4)).readUInt32BE(0);
    if (type === 0) throw await refusal(connection);
    return [type];
  }
  const count = (await connection.readExactly(1)).readUInt8(0);
  if (count === 0) throw await refusal(connection);
  return [...(await connection.readExactly(count))];
}

/**
 * Chooses VeNCrypt and reads what may follow inside it; the choice among these would be the next message. Empty when
 * the server speaks another version of it than 0.2.
 */
export async function readVeNCryptTypes(connection: Conversing): Promise<number[]> {
  await connection.write(Buffer.from([VENCRYPT]));
  const [major, minor] = await connection.readExactly(2);
  if (major !== 0 || minor !== 2) return [];
  await connection.write(Buffer.from([0, 2]));
  const [refused] = await connection.readExactly(1);
  if (refused !== 0) return [];
  const count = (await connection.readExactly(1)).readUInt8(0);
  const list = await connection.readExactly(4 * count);
  return Array.from({ length: count }, (_, index) => list.readUInt32BE(4 * index));
}

/** A server that does not let us on says why; that is about us, and nothing about what it asks of others. */
async function refusal(connection: Conversing): Promise<ConversationError> {
  const length = (await connection.readExactly(4)).readUInt32BE(0);
  const reason = await connection.readExactly(Math.min(length, MAX_REASON));
  return new ConversationError('garbled', `The server turns us away: "${printable(reason, 120)}".`);
}
