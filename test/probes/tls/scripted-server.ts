import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { rawServer } from '../probing.ts';

/** What a ClientHello in a TLS record asks for, read by hand. */
export interface Asked {
  /** The highest version of the hello itself. */
  readonly version: number;
  /** Those of the extension; null without one. */
  readonly versions: readonly number[] | null;
  readonly suites: readonly number[];
  readonly compressions: readonly number[];
  readonly extensions: ReadonlyMap<number, Buffer>;
  readonly groups: readonly number[];
  readonly name: string | null;
  /** Length of the handshake message with its head. */
  readonly length: number;
}

export interface Chosen {
  readonly version: number;
  readonly suite: number;
  readonly compression?: number;
  /** In TLS 1.3 the group of a HelloRetryRequest. */
  readonly group?: number;
  readonly extensions?: readonly (readonly [type: number, body: Buffer])[];
  /** What follows the ServerHello in the same flight. */
  readonly flight?: readonly Buffer[];
}

/** `hang-up`, silence, a fatal alert by number, bytes as they are, the same and then hanging up, or a ServerHello. */
export type Reply = 'hang-up' | 'reset' | 'silence' | number | Buffer | { readonly last: Buffer } | Chosen;

export function isChosen(reply: Reply): reply is Chosen {
  return typeof reply === 'object' && 'suite' in reply;
}

export interface Scripted {
  /** For hellos of SSL 2.0. */
  readonly ssl2?: Reply;
  /** How long the server thinks. */
  readonly delayMs?: number;
}

export type Script = (asked: Asked, count: number, open: number) => Reply;

/** A server that answers each ClientHello as it is told. */
export async function scriptedTls(reply: Script, { ssl2 = 'hang-up', delayMs }: Scripted = {}) {
  const asked: Asked[] = [];
  let open = 0;
  let peak = 0;
  const server = await rawServer((socket) => {
    open += 1;
    peak = Math.max(peak, open);
    socket.once('close', () => (open -= 1));
    let received = Buffer.alloc(0);
    let done = false;
    const answer = (): void => {
      if (received.readUInt8(0) >= 0x80) return send(socket, ssl2);
      const question = parse(received);
      asked.push(question);
      send(socket, reply(question, asked.length, open));
    };
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (done || received.length < 5) return;
      if (received.readUInt8(0) < 0x80 && received.length < 5 + received.readUInt16BE(3)) return;
      done = true;
      if (delayMs === undefined) answer();
      else setTimeout(answer, delayMs);
    });
  });
  return { ...server, asked, peak: () => peak };
}

function send(socket: Socket, reply: Reply): void {
  if (reply === 'silence') return;
  if (reply === 'hang-up') return void socket.end();
  if (reply === 'reset') return void socket.resetAndDestroy();
  if (typeof reply === 'number') return void socket.end(alert(reply));
  if ('last' in reply) return void socket.end(reply.last);
  socket.write(Buffer.isBuffer(reply) ? reply : serverHello(reply));
}

function parse(bytes: Buffer): Asked {
  const sessionAt = 5 + 4 + 34;
  const suitesAt = sessionAt + 1 + bytes.readUInt8(sessionAt);
  const compressionsAt = suitesAt + 2 + bytes.readUInt16BE(suitesAt);
  const extensionsAt = compressionsAt + 1 + bytes.readUInt8(compressionsAt);
  const extensions = new Map<number, Buffer>();
  for (let at = extensionsAt + 2; at < bytes.length; at += 4 + bytes.readUInt16BE(at + 2)) {
    extensions.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + bytes.readUInt16BE(at + 2)));
  }
  const versions = extensions.get(43);
  return {
    version: bytes.readUInt16BE(9),
    versions: versions === undefined ? null : uint16s(versions.subarray(1)),
    suites: uint16s(bytes.subarray(suitesAt + 2, compressionsAt)),
    compressions: [...bytes.subarray(compressionsAt + 1, extensionsAt)],
    extensions,
    groups: uint16s(extensions.get(10)?.subarray(2) ?? Buffer.alloc(0)),
    name: extensions.get(0)?.subarray(5).toString('latin1') ?? null,
    length: bytes.readUInt16BE(3),
  };
}

function uint16s(bytes: Buffer): number[] {
  return Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => bytes.readUInt16BE(index * 2));
}

export const alert = (code: number, level = 2): Buffer => Buffer.from([21, 3, 3, 0, 2, level, code]);

/** A ServerHello with what follows it, in one record; in TLS 1.3 a HelloRetryRequest. */
export function serverHello({
  version,
  suite,
  compression = 0,
  group,
  extensions = [],
  flight = [],
}: Chosen): Buffer {
  const modern = version === 0x0304;
  const random = modern ? createHash('sha256').update('HelloRetryRequest').digest() : Buffer.alloc(32, 7);
  const all = modern ? [extension(43, uint16(version)), extension(51, uint16(group ?? 29))] : [];
  for (const [type, body] of extensions) all.push(extension(type, body));
  const list = Buffer.concat(all);
  const body = Buffer.concat([
    uint16(Math.min(version, 0x0303)),
    random,
    Buffer.from([0]),
    uint16(suite),
    Buffer.from([compression]),
    ...(list.length === 0 ? [] : [uint16(list.length), list]),
  ]);
  return record(Buffer.concat([message(2, body), ...flight]), Math.min(version, 0x0303));
}

export function record(content: Buffer, version = 0x0303): Buffer {
  return Buffer.concat([Buffer.from([22]), uint16(version), uint16(content.length), content]);
}

function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, 0]), uint16(body.length), body]);
}

/** What follows the ServerHello of an ephemeral suite: a certificate of no consequence, the group, the end. */
export function keyExchangeFlight(parameters: Buffer): Buffer[] {
  return [message(11, Buffer.alloc(900)), message(12, parameters), message(14, Buffer.alloc(0))];
}

/** Parameters with a prime of so many bits, with a zero in front as some servers write it. */
export function dhParameters(bits: number): Buffer {
  const prime = Buffer.alloc(bits / 8 + 1, 0xff);
  prime[0] = 0;
  return Buffer.concat([uint16(prime.length), prime, Buffer.from([0, 1, 2, 0, 1, 3, 4, 1, 0, 0])]);
}

export const curveParameters = (curve: number): Buffer =>
  Buffer.concat([Buffer.from([3]), uint16(curve), Buffer.from([2, 4, 5])]);

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([uint16(type), uint16(body.length), body]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
