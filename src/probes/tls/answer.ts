import type { Connection } from '../../scanner/connection.ts';
import { parseKeyExchange, type KeyExchange } from './key-exchange.ts';
import { RecordReader, type Interruption, type Message } from './records.ts';
import { maxServerHello, parseServerHello, type ServerHello } from './server-hello.ts';

/** What became of one hello. */
export type Answer =
  | { readonly kind: 'accepted'; readonly hello: ServerHello; readonly keyExchange: KeyExchange | null }
  /** The server said in so many words that it will not. */
  | { readonly kind: 'refused'; readonly alert: number }
  /** It hung up, stayed silent, or gave a reason that may be a trouble of its own. */
  | { readonly kind: 'unclear'; readonly alert: number | null; readonly silent: boolean }
  /** It speaks something else. */
  | { readonly kind: 'foreign'; readonly start: Buffer };

export type AcceptedAnswer = Extract<Answer, { readonly kind: 'accepted' }>;

export interface Reading {
  readonly waitMs: number;
  /** Whether to read on to the key exchange when the server chose this suite. */
  readonly readOn: (suite: number) => boolean;
}

export const alerts = {
  handshakeFailure: 40,
  protocolVersion: 70,
  insufficientSecurity: 71,
  internalError: 80,
  inappropriateFallback: 86,
  unrecognisedName: 112,
} as const;

const refusals: ReadonlySet<number> = new Set([
  alerts.handshakeFailure,
  alerts.protocolVersion,
  alerts.insufficientSecurity,
  alerts.inappropriateFallback,
  alerts.unrecognisedName,
]);

const messageType = { serverHello: 2, keyExchange: 12, helloDone: 14 } as const;
/** A server's first flight with its certificates; longer ones are not read to their end. */
const maxFlight = 96 * 1024;
const maxWarnings = 4;

/** Reads no further than it takes to know what the server chose. */
export async function readAnswer(connection: Connection, { waitMs, readOn }: Reading): Promise<Answer> {
  const reader = new RecordReader(connection, waitMs);
  const first = await afterWarnings(reader);
  if (first.kind !== 'handshake') return first.kind === 'refused' ? first : interrupted(first);
  if (first.type !== messageType.serverHello || first.length > maxServerHello) {
    return { kind: 'foreign', start: Buffer.from([first.type]) };
  }
  const body = await reader.body(first.length);
  if (!Buffer.isBuffer(body)) return interrupted(body);
  const hello = parseServerHello(body);
  if (hello === null) return { kind: 'foreign', start: body.subarray(0, 4) };
  if (!readOn(hello.suite)) return { kind: 'accepted', hello, keyExchange: null };
  const keyExchange = await readKeyExchange(reader, hello.suite);
  return keyExchange !== null && 'kind' in keyExchange
    ? interrupted(keyExchange)
    : { kind: 'accepted', hello, keyExchange };
}

type First = Message | Extract<Answer, { readonly kind: 'refused' }>;

/** Warnings, as of a name that the server does not know, may come before anything else; some refuse by one. */
async function afterWarnings(reader: RecordReader): Promise<First> {
  let refusal: number | null = null;
  for (let warnings = 0; warnings <= maxWarnings; warnings += 1) {
    const message = await reader.next();
    if (message.kind === 'ended' && refusal !== null) return { kind: 'refused', alert: refusal };
    if (message.kind !== 'alert' || message.fatal) return message;
    if (refusals.has(message.code)) refusal = message.code;
  }
  return { kind: 'ended' };
}

function interrupted(interruption: Interruption): Answer {
  if (interruption.kind === 'foreign') return interruption;
  const alert = interruption.kind === 'alert' ? interruption.code : null;
  if (alert !== null && refusals.has(alert)) return { kind: 'refused', alert };
  return { kind: 'unclear', alert, silent: interruption.kind === 'silent' };
}

/** Null when the flight ends without one, or goes on for too long. */
async function readKeyExchange(
  reader: RecordReader,
  suite: number,
): Promise<KeyExchange | Interruption | null> {
  let read = 0;
  for (;;) {
    const message = await reader.next();
    if (message.kind !== 'handshake') return message;
    read += message.length;
    if (message.type === messageType.helloDone || read > maxFlight) return null;
    const body = await reader.body(message.length);
    if (!Buffer.isBuffer(body)) return body;
    if (message.type === messageType.keyExchange) return parseKeyExchange(body, suite);
  }
}
