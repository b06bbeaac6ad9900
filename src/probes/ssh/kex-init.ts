import { ConversationError } from '../../scanner/probe.ts';
import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';

/** The name lists of a KEXINIT message (RFC 4253, section 7.1), each in the server's order. */
export interface KexInit {
  readonly kexAlgorithms: string[];
  readonly hostKeyAlgorithms: string[];
  readonly ciphersToServer: string[];
  readonly ciphersToClient: string[];
  readonly macsToServer: string[];
  readonly macsToClient: string[];
  readonly compressionToServer: string[];
  readonly compressionToClient: string[];
}

const MESSAGE = { disconnect: 1, ignore: 2, debug: 4, kexInit: 20 } as const;
/** The largest packet that every implementation must accept (RFC 4253, section 6.1). */
const MAX_PACKET = 35_000;
const MAX_PACKETS_BEFORE = 4;
const MAX_NAMES = 512;
const COOKIE_BYTES = 16;

/** Reads packets until KEXINIT comes, passing over the few that may come before it. */
export async function readKexInit(connection: Pick<Connection, 'readExactly'>): Promise<KexInit> {
  for (let packet = 0; packet <= MAX_PACKETS_BEFORE; packet += 1) {
    const payload = await readPayload(connection);
    const type = payload[0];
    if (type === MESSAGE.kexInit) {
      return parseKexInit(payload);
    }
    if (type === MESSAGE.disconnect) {
      throw garbled(`The server disconnected: "${disconnectReason(payload)}".`);
    }
    if (type !== MESSAGE.ignore && type !== MESSAGE.debug) {
      throw garbled(`SSH message ${type ?? 'without a number'} came where KEXINIT (20) was expected.`);
    }
  }
  throw garbled(`${MAX_PACKETS_BEFORE + 1} SSH packets came and none was KEXINIT.`);
}

/** One binary packet in clear (RFC 4253, section 6): length, padding length, payload, padding, no MAC. */
async function readPayload(connection: Pick<Connection, 'readExactly'>): Promise<Buffer> {
  const length = (await connection.readExactly(4)).readUInt32BE(0);
  if (length < 2 || length > MAX_PACKET) {
    throw garbled(`An SSH packet claims ${length} bytes, expected 2 to ${MAX_PACKET}.`);
  }
  const packet = await connection.readExactly(length);
  const padding = packet[0] ?? 0;
  if (padding >= length - 1) {
    throw garbled(`An SSH packet of ${length} bytes claims ${padding} bytes of padding.`);
  }
  return packet.subarray(1, length - padding);
}

/** Takes apart the payload of a KEXINIT message. @throws ConversationError `garbled` */
export function parseKexInit(payload: Buffer): KexInit {
  if (payload[0] !== MESSAGE.kexInit) {
    throw garbled(`A KEXINIT begins with message number 20, this one with ${payload[0] ?? 'nothing'}.`);
  }
  const lists: string[][] = [];
  let offset = 1 + COOKIE_BYTES;
  for (let list = 0; list < 10; list += 1) {
    if (offset + 4 > payload.length) {
      throw garbled(`KEXINIT ends within the length of name list ${list + 1} of 10.`);
    }
    const length = payload.readUInt32BE(offset);
    offset += 4;
    if (length > payload.length - offset) {
      throw garbled(
        `Name list ${list + 1} of KEXINIT claims ${length} bytes, ${payload.length - offset} are left.`,
      );
    }
    lists.push(parseNames(payload.subarray(offset, offset + length)));
    offset += length;
  }
  // Left: first_kex_packet_follows and a reserved number, both of no interest but required.
  if (payload.length - offset < 5) {
    throw garbled('KEXINIT ends before its last two fields.');
  }
  const at = (index: number) => lists[index] ?? [];
  return {
    kexAlgorithms: at(0),
    hostKeyAlgorithms: at(1),
    ciphersToServer: at(2),
    ciphersToClient: at(3),
    macsToServer: at(4),
    macsToClient: at(5),
    compressionToServer: at(6),
    compressionToClient: at(7),
  };
}

/** Names are 1 to 64 printable ASCII characters without comma (RFC 4251, section 6). */
function parseNames(bytes: Buffer): string[] {
  if (bytes.length === 0) {
    return [];
  }
  const names = bytes.toString('latin1').split(',');
  const odd = names.find((name) => !/^[\x21-\x7e]{1,64}$/.test(name));
  if (odd !== undefined || names.length > MAX_NAMES) {
    throw garbled(
      odd === undefined
        ? `A name list of KEXINIT has ${names.length} names, expected at most ${MAX_NAMES}.`
        : `A name list of KEXINIT has the impossible name "${printable(odd, 80)}".`,
    );
  }
  return names;
}

/** The description of SSH_MSG_DISCONNECT: number, reason code, then a string. */
function disconnectReason(payload: Buffer): string {
  if (payload.length < 9) {
    return '';
  }
  const end = 9 + Math.min(payload.readUInt32BE(5), payload.length - 9);
  return printable(payload.subarray(9, end).toString('utf8'), 120);
}

function garbled(detail: string): ConversationError {
  return new ConversationError('garbled', detail);
}
