import { randomBytes } from 'node:crypto';
import type { Connection } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { Fields } from './data.ts';

/** The largest packet that every implementation must accept (RFC 4253, section 6.1). */
const MAX_PACKET = 35_000;
const MAX_PASSED_OVER = 16;

const DISCONNECT = 1;
/** Messages that may come at any time and mean nothing to us: IGNORE, UNIMPLEMENTED, DEBUG. */
const PASSED_OVER: ReadonlySet<number | undefined> = new Set([2, 3, 4]);

/** Reads exactly that many bytes. */
export type Read = (length: number) => Promise<Buffer>;

/** How packets of one direction are protected. Made for one session, since it may count what it has seen. */
export interface PacketProtection {
  /** Packets are padded to a multiple of this, of at least 8. */
  readonly blockSize: number;
  /** Whether the length of the packet stays out of the padded part. */
  readonly lengthApart: boolean;
  /** @param packet length, padding length, payload and padding, in clear */
  seal(packet: Buffer, sequence: number): Buffer;
  /** The next packet without its length. Throws a `ConversationError` `garbled` when it is too long or forged. */
  open(read: Read, sequence: number): Promise<Buffer>;
}

/** Throws unless a packet may have that length. */
export function assertPacketLength(length: number): void {
  if (length >= 2 && length <= MAX_PACKET) return;
  throw new ConversationError(
    'garbled',
    `An SSH packet claims ${length} bytes, expected 2 to ${MAX_PACKET}.`,
  );
}

/** No protection: as everything is until the keys have been exchanged. */
const inClear: PacketProtection = {
  blockSize: 8,
  lengthApart: false,
  seal: (packet) => packet,
  async open(read) {
    const length = (await read(4)).readUInt32BE(0);
    assertPacketLength(length);
    return read(length);
  },
};

/** Binary packets (RFC 4253, section 6) over a connection whose identification lines have been exchanged. */
export class Transport {
  readonly #connection: Pick<Connection, 'readExactly' | 'write'>;
  readonly #outbound = { protection: inClear, sequence: 0 };
  readonly #inbound = { protection: inClear, sequence: 0 };

  constructor(connection: Pick<Connection, 'readExactly' | 'write'>) {
    this.#connection = connection;
  }

  async send(payload: Buffer): Promise<void> {
    const { protection, sequence } = this.#outbound;
    this.#outbound.sequence += 1;
    const padded = payload.length + (protection.lengthApart ? 1 : 5);
    // At least 4 bytes of padding, up to the next whole block.
    const padding =
      4 + ((protection.blockSize - ((padded + 4) % protection.blockSize)) % protection.blockSize);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(1 + payload.length + padding);
    head[4] = padding;
    const packet = Buffer.concat([head, payload, randomBytes(padding)]);
    await this.#connection.write(protection.seal(packet, sequence));
  }

  /** The payload of the next packet that means something. */
  async receive(): Promise<Buffer> {
    for (let packets = 0; packets <= MAX_PASSED_OVER; packets += 1) {
      const payload = await this.#receiveAny();
      if (payload[0] === DISCONNECT) {
        throw new ConversationError('garbled', `The server disconnected: "${disconnectReason(payload)}".`);
      }
      if (!PASSED_OVER.has(payload[0])) return payload;
    }
    throw new ConversationError('garbled', `${MAX_PASSED_OVER + 1} SSH packets came that mean nothing.`);
  }

  /** The rest of a message of that number, which must be the next. `name` is for the sentence when it is not. */
  async expect(number: number, name: string): Promise<Fields> {
    const payload = await this.receive();
    if (payload[0] === number) return new Fields(payload.subarray(1), name);
    throw new ConversationError(
      'garbled',
      `SSH message ${payload[0] ?? 'without a number'} came where ${name} (${number}) was expected.`,
    );
  }

  /** From the next packet to the server on. */
  protectOutbound(protection: PacketProtection): void {
    this.#outbound.protection = protection;
  }

  /** From the next packet of the server on. */
  protectInbound(protection: PacketProtection): void {
    this.#inbound.protection = protection;
  }

  async #receiveAny(): Promise<Buffer> {
    const { protection, sequence } = this.#inbound;
    this.#inbound.sequence += 1;
    const packet = await protection.open((length) => this.#connection.readExactly(length), sequence);
    const padding = packet[0] ?? 0;
    if (padding >= packet.length - 1) {
      throw new ConversationError(
        'garbled',
        `An SSH packet of ${packet.length} bytes claims ${padding} bytes of padding.`,
      );
    }
    return packet.subarray(1, packet.length - padding);
  }
}

/** The description of SSH_MSG_DISCONNECT: number, reason code, then a string. */
function disconnectReason(payload: Buffer): string {
  if (payload.length < 9) return '';
  const end = 9 + Math.min(payload.readUInt32BE(5), payload.length - 9);
  return printable(payload.subarray(9, end).toString('utf8'), 120);
}
