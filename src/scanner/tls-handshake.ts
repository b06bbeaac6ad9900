import type { Duplex } from 'node:stream';
import type { TlsSession } from './connection.ts';
import { ConversationError } from './probe.ts';
import { abortReason, endedEarly, socketError } from './socket-errors.ts';
import { readSession, type HandshakenSocket } from './tls-session.ts';

/** Raw bytes that a handshake may cost before it is broken off. */
const maxBytes = 256 * 1024;
const meterEveryMs = 10;

/**
 * Waits until a client's handshake is done. OpenSSL reads straight from the socket, so what it has taken is metered
 * from outside. On failure the caller destroys the socket.
 */
export function handshake(
  socket: Duplex & HandshakenSocket,
  rawBytesReceived: () => number,
  signal: AbortSignal,
): Promise<TlsSession> {
  return new Promise((resolve, reject) => {
    const finish = (outcome: () => void): void => {
      clearInterval(meter);
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose).off('secureConnect', onSecure);
      outcome();
    };
    const fail = (error: Error): void => finish(() => reject(error));
    const onAbort = (): void => fail(abortReason(signal));
    const onClose = (): void => fail(early());
    const onSecure = (): void =>
      finish(() => {
        try {
          resolve(readSession(socket));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    const meter = setInterval(() => {
      if (rawBytesReceived() > maxBytes) {
        fail(new ConversationError('too-large', `the handshake took more than ${maxBytes} bytes`));
      }
    }, meterEveryMs);
    // The listener for errors stays for the socket's whole life: a late one must not end the process.
    socket.on('error', (error) =>
      fail(endedEarly(error) ? early(error) : socketError(error, 'shaking hands')),
    );
    socket.once('close', onClose).once('secureConnect', onSecure);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function early(cause?: Error): ConversationError {
  return new ConversationError('garbled', 'the peer ended before the handshake was done', { cause });
}
