import { randomBytes } from 'node:crypto';
import { ConversationError } from '../../scanner/probe.ts';
import { Fields, nameList } from './data.ts';
import type { Transport } from './transport.ts';

/** The name lists of a KEXINIT message (RFC 4253, section 7.1), each in the sender's order. */
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

const KEXINIT = 20;
const COOKIE_BYTES = 16;

/** Waits for the server's KEXINIT; its payload counts into the exchange hash. @throws ConversationError `garbled` */
export async function readKexInit(
  transport: Pick<Transport, 'receive'>,
): Promise<{ payload: Buffer; lists: KexInit }> {
  const payload = await transport.receive();
  return { payload, lists: parseKexInit(payload) };
}

/** Takes apart the payload of a KEXINIT message. @throws ConversationError `garbled` */
export function parseKexInit(payload: Buffer): KexInit {
  if (payload[0] !== KEXINIT) {
    const got = payload[0] ?? 'without a number';
    throw new ConversationError(
      'garbled',
      `SSH message ${got} came where KEXINIT (${KEXINIT}) was expected.`,
    );
  }
  const fields = new Fields(payload.subarray(1), 'KEXINIT');
  fields.skip(COOKIE_BYTES);
  const lists = {
    kexAlgorithms: fields.names(),
    hostKeyAlgorithms: fields.names(),
    ciphersToServer: fields.names(),
    ciphersToClient: fields.names(),
    macsToServer: fields.names(),
    macsToClient: fields.names(),
    compressionToServer: fields.names(),
    compressionToClient: fields.names(),
  };
  // Left: languages, first_kex_packet_follows and a reserved number, all of no interest but required.
  fields.names();
  fields.names();
  fields.skip(5);
  return lists;
}

/** The payload of a KEXINIT message with these lists, without languages and without a guess. */
export function makeKexInit(lists: KexInit): Buffer {
  return Buffer.concat([
    Buffer.from([KEXINIT]),
    randomBytes(COOKIE_BYTES),
    nameList(lists.kexAlgorithms),
    nameList(lists.hostKeyAlgorithms),
    nameList(lists.ciphersToServer),
    nameList(lists.ciphersToClient),
    nameList(lists.macsToServer),
    nameList(lists.macsToClient),
    nameList(lists.compressionToServer),
    nameList(lists.compressionToClient),
    nameList([]),
    nameList([]),
    Buffer.alloc(5),
  ]);
}
