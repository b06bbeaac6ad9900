import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';

// Frames of SMB: directly over TCP (MS-SMB2, section 2.1), or within a NetBIOS session (RFC 1002, section 4.3), which
// port 139 wants to be asked for first. Both have a type, which is 0 for messages, and a length.

const NETBIOS_PORT = 139;
const SESSION_REQUEST = 0x81;
const SESSION_ACCEPTED = 0x82;
const MAX_MESSAGE = 4096;
/** Every server takes this name for its own. */
const ANY_SERVER = '*SMBSERVER';
const OUR_NAME = 'PICKET';

/** Sends a message and reads the answer; null when the server hung up instead. @throws ConversationError `garbled` */
export async function ask(connection: Connection, message: Buffer): Promise<Buffer | null> {
  if (connection.target.port === NETBIOS_PORT) await openSession(connection);
  const head = await hangsUp(async () => {
    await connection.write(frame(0, message));
    return connection.readExactly(4);
  });
  if (head === null) return null;
  const length = head.readUIntBE(1, 3);
  if (head[0] !== 0 || length > MAX_MESSAGE) throw notAFrame(head);
  return connection.readExactly(length);
}

async function openSession(connection: Connection): Promise<void> {
  const names = Buffer.concat([netbiosName(ANY_SERVER, 0x20), netbiosName(OUR_NAME, 0x00)]);
  await connection.write(frame(SESSION_REQUEST, names));
  const head = await connection.readExactly(4);
  if (head[0] !== SESSION_ACCEPTED || head.readUIntBE(1, 3) !== 0) throw notAFrame(head);
}

/** What the peer says, or null when it hangs up; no answer at all is still no answer. */
async function hangsUp(question: () => Promise<Buffer>): Promise<Buffer | null> {
  try {
    return await question();
  } catch (error) {
    const ended = error instanceof ConversationError && ['reset', 'garbled'].includes(error.status);
    if (ended) return null;
    throw error;
  }
}

function frame(type: number, message: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt8(type);
  head.writeUIntBE(message.length, 1, 3);
  return Buffer.concat([head, message]);
}

/** A name in its 32 letters, two for each byte (RFC 1001, section 14.1), between its length and an empty scope. */
function netbiosName(name: string, suffix: number): Buffer {
  const bytes = Buffer.from([...Buffer.from(name.padEnd(15)), suffix]);
  const letters = [...bytes].flatMap((byte) => [0x41 + (byte >> 4), 0x41 + (byte & 0x0f)]);
  return Buffer.from([letters.length, ...letters, 0]);
}

function notAFrame(head: Buffer): ConversationError {
  return new ConversationError('garbled', `0x${head.toString('hex')} does not begin an answer of SMB.`);
}
