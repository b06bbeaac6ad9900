/**
 * One HTTP/1.1 request over a stream that is already open, with Node's own parser. This file cannot open a socket:
 * the request is given its stream, and no agent that could make another.
 */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpRequest, HttpResponse } from './connection.ts';
import { ConversationError } from './probe.ts';
import { abortReason, endedEarly, socketError } from './socket-errors.ts';

const maxHeaderBytes = 32 * 1024;
const maxInterimResponses = 8;

export interface ExchangeOptions {
  readonly request: HttpRequest;
  readonly host: string;
  readonly userAgent: string;
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Sends the request and resolves with the first final response. Redirects are not followed, bodies not decompressed,
 * and of a body no more is read than is kept. The stream is of no use afterwards; the caller closes it.
 */
export async function exchange(
  stream: Duplex,
  options: ExchangeOptions,
): Promise<{ response: HttpResponse; received: number }> {
  const { signal } = options;
  if (signal.aborted) throw abortReason(signal);
  const message = send(stream, options);
  const exchanged = new Promise<{ response: HttpResponse; received: number }>((resolve, reject) => {
    let received = 0;
    let interim = 0;
    signal.addEventListener('abort', () => reject(abortReason(signal)), { once: true });
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
      received += headerBytes(incoming.rawHeaders);
      readBody(incoming, options.maxBodyBytes).then(({ body, truncated }) => {
        received += body.length;
        resolve({ response: toResponse(incoming, body, truncated), received });
      }, reject);
    });
  });
  try {
    return await exchanged;
  } finally {
    message.destroy();
  }
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

function readBody(incoming: IncomingMessage, limit: number): Promise<{ body: Buffer; truncated: boolean }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (truncated: boolean): void => resolve({ body: Buffer.concat(chunks), truncated });
    incoming.on('data', (chunk: Buffer) => {
      const kept = chunk.subarray(0, limit - length);
      chunks.push(kept);
      length += kept.length;
      if (kept.length < chunk.length) {
        incoming.destroy();
        finish(true);
      }
    });
    incoming.once('end', () => finish(false));
    // A peer that ends in the middle of a body has still sent its headers, which is what most probes are after.
    incoming.on('error', (error) => (endedEarly(error) ? finish(true) : reject(exchangeError(error))));
  });
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
  return endedEarly(error)
    ? new ConversationError('garbled', 'the peer ended without a complete response', { cause: error })
    : socketError(error, 'reading the HTTP response');
}
