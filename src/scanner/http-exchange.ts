/**
 * One HTTP/1.1 request over a stream that is already open, with Node's own parser. This file cannot open a socket:
 * the request is given its stream, and no agent that could make another.
 */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpRequest, HttpResponse } from './connection.ts';
import { readBody } from './http-body.ts';
import { networkTimer } from './network-timer.ts';
import { ConversationError } from './probe.ts';
import { abortReason, endedEarly, socketError } from './socket-errors.ts';

const maxHeaderBytes = 32 * 1024;
const maxInterimResponses = 8;
/** What may come before the response's headers are complete; the parser passes over empty lines without counting. */
const maxBytesBefore = (maxInterimResponses + 2) * maxHeaderBytes;

export interface ExchangeOptions {
  readonly request: HttpRequest;
  readonly host: string;
  readonly userAgent: string;
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
}

interface Exchanged {
  readonly response: HttpResponse;
  readonly received: number;
}

/**
 * Sends the request and resolves with the first final response. Redirects are not followed, bodies not decompressed,
 * and of a body no more is read than is kept. The stream is of no use afterwards; the caller closes it.
 */
export async function exchange(stream: Duplex, options: ExchangeOptions): Promise<Exchanged> {
  const { signal } = options;
  if (signal.aborted) throw abortReason(signal);
  // A parser that is given a stream after its end waits for it.
  if (stream.errored) throw socketError(stream.errored, 'sending the HTTP request');
  if (stream.readableEnded || stream.destroyed) {
    throw new ConversationError('garbled', 'the peer ended before it was asked');
  }
  const message = send(stream, options);
  const { ended, callOff } = ending(signal, options.request.timeoutMs);
  try {
    return await Promise.race([answered(message, options.maxBodyBytes), ended]);
  } finally {
    callOff();
    message.destroy();
  }
}

/** Rejects when the signal is aborted or the time is over, until it is called off. */
function ending(signal: AbortSignal, timeoutMs?: number): { ended: Promise<never>; callOff: () => void } {
  let callOff = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    const stop =
      timeoutMs === undefined
        ? () => {}
        : networkTimer(timeoutMs, () =>
            reject(new ConversationError('timed-out', `no complete answer within ${timeoutMs} ms`)),
          );
    callOff = () => {
      signal.removeEventListener('abort', onAbort);
      stop();
    };
  });
  return { ended, callOff };
}

function answered(message: ClientRequest, maxBodyBytes: number): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let received = 0;
    let interim = 0;
    let before = 0;
    const meter = (chunk: Buffer): void => {
      before += chunk.length;
      if (before > maxBytesBefore) {
        reject(new ConversationError('too-large', `no response within ${maxBytesBefore} bytes`));
      }
    };
    // By then the parser listens as well.
    message.on('socket', (socket) => socket.on('data', meter));
    message.on('error', (error) => reject(exchangeError(error)));
    message.on('information', ({ rawHeaders }) => {
      received += headerBytes(rawHeaders);
      interim += 1;
      if (interim > maxInterimResponses) {
        reject(new ConversationError('garbled', `more than ${maxInterimResponses} interim responses came`));
      }
    });
    message.on('upgrade', () =>
      reject(new ConversationError('garbled', 'the peer switched protocols unasked')),
    );
    message.on('response', (incoming) => {
      message.socket?.off('data', meter);
      received += headerBytes(incoming.rawHeaders);
      readBody(incoming, maxBodyBytes).then(
        ({ body, truncated }) =>
          resolve({
            response: toResponse(incoming, body, truncated),
            received: received + body.length,
          }),
        (error: Error) => reject(exchangeError(error)),
      );
    });
  });
}

function send(stream: Duplex, { request, host, userAgent }: ExchangeOptions): ClientRequest {
  let given = false;
  const message = httpRequest({
    method: request.method,
    path: request.path,
    setHost: false,
    maxHeaderSize: maxHeaderBytes,
    headers: {
      Host: host,
      'User-Agent': userAgent,
      Accept: '*/*',
      'Accept-Encoding': 'identity',
      ...request.headers,
      Connection: 'close',
    },
    // Without an agent, Node takes the stream from here and nowhere else.
    createConnection: () => {
      if (given) throw new Error('an HTTP exchange asked for a second connection');
      given = true;
      return stream;
    },
  });
  // Stays for life: errors after the response are of no interest, and must not end the process.
  message.on('error', () => {});
  message.end();
  return message;
}

function toResponse(incoming: IncomingMessage, body: Buffer, truncated: boolean): HttpResponse {
  const { rawHeaders } = incoming;
  const headers: [name: string, value: string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '']);
  }
  return { status: incoming.statusCode ?? 0, httpVersion: incoming.httpVersion, headers, body, truncated };
}

/** Close to what the header section was on the wire: names, values, and four bytes of punctuation each. */
function headerBytes(rawHeaders: readonly string[]): number {
  return rawHeaders.reduce((sum, part) => sum + part.length + 2, 2);
}

function exchangeError(error: Error): ConversationError {
  if (endedEarly(error)) {
    return new ConversationError('garbled', 'the peer ended without a complete response', { cause: error });
  }
  // In TLS 1.3 the server says so only once the client believes that the handshake is done (RFC 8446, section 4.4.2.4).
  if ('code' in error && error.code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') {
    return new ConversationError('garbled', 'the server demands a certificate of the client', {
      cause: error,
    });
  }
  return socketError(error, 'reading the HTTP response');
}
