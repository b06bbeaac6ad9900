import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';

// MQTT 3.1.1 (OASIS standard, ISO/IEC 20922), ports 1883 and 8883 (TLS).
//
// Sends: one CONNECT without user name, password or will, with a clean session under a random client id, then
// DISCONNECT. Never SUBSCRIBE, never PUBLISH, never a credential.

export default defineProbe({
  id: 'mqtt',
  title: 'Whether an MQTT broker accepts clients without credentials',
  transport: 'tcp',
  defaultPorts: [1883, 8883],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    returnCode: z.int().min(0).max(255).describe('CONNACK return code: 0 accepted, 4 and 5 refused'),
    anonymousAccepted: z.boolean().describe('Whether the broker let in a client without credentials'),
  }),
  maxBytes: 4096,
  async run(connection) {
    await connection.write(connectPacket(`picket${randomBytes(8).toString('hex')}`));
    const returnCode = await readConnack(connection);
    if (returnCode === 0) {
      await connection.write(DISCONNECT);
    }
    const anonymousAccepted = acceptance(returnCode);
    return { encrypted: connection.encrypted, returnCode, anonymousAccepted };
  },
});

const DISCONNECT = Buffer.from([0xe0, 0x00]);
const CLEAN_SESSION = 0x02;
const KEEP_ALIVE_SECONDS = 30;

/** A CONNECT packet without credentials and will. */
export function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId, 'utf8');
  const body = Buffer.concat([
    Buffer.from([0x00, 0x04]),
    Buffer.from('MQTT'),
    Buffer.from([0x04, CLEAN_SESSION, 0x00, KEEP_ALIVE_SECONDS, id.length >> 8, id.length & 0xff]),
    id,
  ]);
  if (body.length > 127) {
    throw new RangeError(
      `A client id of ${id.length} bytes needs a longer length field than this packet has.`,
    );
  }
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

/** The return code of the CONNACK that comes next. MQTT 5 brokers append properties, which are not read. */
async function readConnack(connection: Connection): Promise<number> {
  const [type, length] = await connection.readExactly(2);
  if (type !== 0x20 || length === undefined || length < 2 || length > 127) {
    throw new ConversationError(
      'garbled',
      `CONNECT was answered with bytes 0x${hex(type)} 0x${hex(length)}, which do not begin a CONNACK.`,
    );
  }
  const [flags, code] = await connection.readExactly(2);
  if (flags === undefined || flags > 1 || code === undefined) {
    throw new ConversationError('garbled', `The CONNACK has reserved flags set: 0x${hex(flags)}.`);
  }
  return code;
}

/** Whether a return code lets an anonymous client in. Those about version, id or load leave the question open. */
function acceptance(returnCode: number): boolean {
  // 0x86, 0x87 and 0x8C are MQTT 5's reason codes for the same refusals.
  if (returnCode === 0 || [4, 5, 0x86, 0x87, 0x8c].includes(returnCode)) {
    return returnCode === 0;
  }
  throw new ConversationError(
    'garbled',
    `The broker answered CONNECT with code ${returnCode}, which says nothing about credentials.`,
  );
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0');
}
