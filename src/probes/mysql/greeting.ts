import { ByteCursor } from '../../scanner/byte-cursor.ts';
import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { errorCode, packet, readPacket } from './packet.ts';

/** Capability flags of both sides ("Capabilities Flags" in the protocol's documentation). */
export const CAPABILITY = {
  longPassword: 0x0000_0001,
  protocol41: 0x0000_0200,
  ssl: 0x0000_0800,
  secureConnection: 0x0000_8000,
  pluginAuth: 0x0008_0000,
} as const;

/** What a server says unasked: who it is, or the number of the error with which it turns us away. */
export type Greeting =
  | {
      readonly kind: 'handshake';
      readonly version: Buffer;
      readonly capabilities: number;
      readonly authPlugin: string | null;
    }
  | { readonly kind: 'error'; readonly code: number };

/** Nobody is let in from our host. All other errors at this point are about the moment, such as too many connections. */
export const HOST_NOT_LET_IN = 1130;

const PROTOCOL_10 = 10;
const MAX_VERSION = 128;
const MAX_PLUGIN = 64;
/** The server's own errors are numbered from here; those of its clients, which never travel, from 2000. */
const FIRST_ERROR = 1000;
const MAX_PACKET = 16 * 1024 * 1024;
const UTF8_GENERAL_CI = 33;

/** Waits for the greeting. @throws ConversationError `garbled` */
export async function readGreeting(connection: Pick<Connection, 'readExactly'>): Promise<Greeting> {
  const { sequence, payload } = await readPacket(connection);
  if (sequence !== 0) throw garbled(`The first packet has the number ${sequence}, not 0.`);
  return parseGreeting(payload);
}

/**
 * What to say of an error that leaves open what would be seen without it; above all 1129, with which a server blocks a
 * host for `max_connect_errors` connections, by default 100, that ended before a login, as all of ours do.
 */
export function turnedAway(code: number): ConversationError {
  return garbled(`The server turned us away with error ${code}, so nothing can be said of it.`);
}

/** Takes apart the payload of the first packet. @throws ConversationError `garbled` */
function parseGreeting(payload: Buffer): Greeting {
  const code = errorCode(payload);
  if (code !== null) {
    if (code < FIRST_ERROR) throw garbled(`The error ${code} is none of MySQL's.`);
    return { kind: 'error', code };
  }
  const cursor = new ByteCursor(payload, 'The greeting');
  const protocol = cursor.uint8();
  if (protocol !== PROTOCOL_10) throw garbled(`The greeting is of protocol ${protocol}, not of protocol 10.`);
  const version = cursor.untilNul();
  if (!isVersion(version)) throw garbled('The greeting does not begin with a version.');
  cursor.skip(4 + 8 + 1); // The connection's number, the first half of the challenge, a filler.
  const lower = cursor.uint16le();
  // Servers before 4.1 end here.
  if (cursor.left < 16) return { kind: 'handshake', version, capabilities: lower, authPlugin: null };
  cursor.skip(1 + 2); // Character set, status.
  const capabilities = lower + cursor.uint16le() * 0x1_0000;
  const challengeLength = cursor.uint8();
  cursor.skip(10);
  if (!has(capabilities, CAPABILITY.pluginAuth)) {
    return { kind: 'handshake', version, capabilities, authPlugin: null };
  }
  cursor.skip(Math.max(13, challengeLength - 8));
  return { kind: 'handshake', version, capabilities, authPlugin: pluginName(cursor.take(cursor.left)) };
}

/** Whether bytes that have come, perhaps with more to follow, begin with a greeting. */
export function beginsGreeting(words: Buffer): boolean {
  if (words.length < 8 || words[3] !== 0) return false;
  const length = words.readUIntLE(0, 3);
  if (length < 5 || length > 1024 || words.length < 4 + length) return false;
  const payload = words.subarray(4, 4 + length);
  if (payload[0] === 0xff) {
    const code = errorCode(payload) ?? 0;
    return code >= FIRST_ERROR && code < 5000 && isText(payload.subarray(3));
  }
  const end = payload.indexOf(0);
  return payload[0] === PROTOCOL_10 && end > 1 && isVersion(payload.subarray(1, end));
}

/** The packet that a client sends in place of its login, to go on inside TLS. */
export function sslRequest(): Buffer {
  return packet(1, clientFlags(CAPABILITY.ssl));
}

/** The 32 bytes with which a client's answer to the greeting begins. */
export function clientFlags(more: number): Buffer {
  const flags = Buffer.alloc(32);
  const { longPassword, protocol41, secureConnection, pluginAuth } = CAPABILITY;
  flags.writeUInt32LE(longPassword + protocol41 + secureConnection + pluginAuth + more, 0);
  flags.writeUInt32LE(MAX_PACKET, 4);
  flags.writeUInt8(UTF8_GENERAL_CI, 8);
  return flags;
}

export function has(capabilities: number, flag: number): boolean {
  return Math.floor(capabilities / flag) % 2 === 1;
}

/** The name with or without a NUL at its end: some servers before 5.5.10 left it away. */
export function pluginName(bytes: Buffer): string | null {
  const end = bytes.indexOf(0);
  const name = bytes.subarray(0, end === -1 ? bytes.length : end).toString('latin1');
  return new RegExp(`^[\\w.-]{1,${MAX_PLUGIN}}$`).test(name) ? name : null;
}

function isVersion(bytes: Buffer): boolean {
  return bytes.length <= MAX_VERSION && /^\d{1,3}\./.test(bytes.toString('latin1', 0, 5)) && isText(bytes);
}

function isText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte !== 0x7f);
}

function garbled(detail: string): ConversationError {
  return new ConversationError('garbled', detail);
}
