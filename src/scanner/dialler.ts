/**
 * The only place in the scanning path that opens a TCP socket, and the last that can say no. Every connection begins
 * here with a {@link Target}; there is no way to name an address. For UDP there is `datagram-dialler.ts`.
 */
import { constants } from 'node:crypto';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { PermanentError } from '../domain/errors.ts';
import type { Transport } from '../domain/exposure.ts';
import type { ObservationStatus } from '../domain/observation.ts';
import type { Target } from '../scope/target.ts';
import type { TlsOptions, TlsSession } from './connection.ts';
import { networkTimer } from './network-timer.ts';
import { ConversationError } from './probe.ts';
import { canonicalAddress } from './canonical-address.ts';
import { abortReason, socketError } from './socket-errors.ts';
import { handshake } from './tls-handshake.ts';
import { assertDiallable, assertLeased } from './vetting.ts';

/** For `platform-roots.ts`: this module may be imported nowhere else. */
export { rootCertificates } from 'node:tls';

/** One decision to open a connection or to send a datagram, or not to. */
export interface DialEvent {
  readonly endpointId: string;
  readonly authorisationId: string;
  readonly address: string;
  readonly transport: Transport;
  readonly port: number;
  /** Milliseconds since the epoch, by the dialler's clock: the moment of the last check before the first packet. */
  readonly at: number;
  /** Whether a packet may have left. */
  readonly sent: boolean;
  /** `connected` for a connection, `sent` for a datagram, or why not. */
  readonly outcome: 'connected' | 'sent' | Exclude<ObservationStatus, 'answered'>;
}

export interface DialOptions {
  readonly connectTimeoutMs: number;
}

/** An open connection before anything is known about its protocol. `stream` is replaced by {@link Wire.startTls}. */
export interface Wire {
  readonly stream: Duplex;
  readonly encrypted: boolean;
  /** Bytes that came off the network, those of TLS itself included. */
  readonly rawBytesReceived: number;
  /** Does a handshake on this connection, after which only the new wire may be used. */
  startTls(options: TlsOptions, signal: AbortSignal): Promise<{ wire: Wire; session: TlsSession }>;
  /** Closes in order. */
  close(): void;
  /** Closes with a reset, for peers that would hold on to it. */
  abort(): void;
}

/**
 * Opens a TCP connection to a target. Rejects with a `ConversationError` that names what the network did, with
 * `moved` when the lease no longer covers the address, and with a `PermanentError` for anything that is not a target.
 */
export type Dial = (target: Target, options: DialOptions, signal: AbortSignal) => Promise<Wire>;

export interface DiallerOptions {
  /** Milliseconds since the epoch; the clock that leases are held against. */
  readonly now: () => number;
  /** Told of every attempt, also of those that were turned down. Throws when it cannot keep it: then no wire. */
  readonly onDial?: (event: DialEvent) => void;
  /** Where to connect from; the system's choice when absent. */
  readonly source?: { readonly address: string; readonly port?: number };
}

export function createDialler({ now, onDial, source }: DiallerOptions): Dial {
  return async (target, { connectTimeoutMs }, signal) => {
    assertDiallable(target, 'tcp');
    const { endpoint, lease, port } = target;
    const { address } = endpoint;
    const record = (at: number, sent: boolean, outcome: DialEvent['outcome']): void =>
      onDial?.({
        endpointId: endpoint.id,
        authorisationId: lease.authorisationId,
        address,
        transport: 'tcp',
        port,
        at,
        sent,
        outcome,
      });

    const socket = new Socket();
    // Stays for the socket's whole life: an error that nobody waits for any more must not end the process.
    socket.on('error', () => {});
    const at = now();
    let sent = false;
    try {
      if (signal.aborted) throw abortReason(signal);
      assertLeased(target, at);
      sent = true;
      await connected(socket, signal, connectTimeoutMs, () =>
        socket.connect({
          host: address,
          port,
          family: endpoint.family,
          autoSelectFamily: false,
          lookup: refuseLookup,
          noDelay: true,
          ...(source === undefined ? {} : { localAddress: source.address }),
          ...(source?.port === undefined ? {} : { localPort: source.port }),
        }),
      );
      assertConnectedTo(socket, address);
      record(at, sent, 'connected');
      return plainWire(socket);
    } catch (error) {
      reset(socket);
      if (error instanceof ConversationError && error.status !== 'failed') record(at, sent, error.status);
      else record(at, sent, 'failed');
      throw error;
    }
  };
}

function refuseLookup(hostname: string): never {
  throw new PermanentError('address-not-canonical', {
    what: 'A name came to be resolved, and names are never targets',
    got: JSON.stringify(hostname),
  });
}

function connected(socket: Socket, signal: AbortSignal, timeoutMs: number, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      callOff();
      signal.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect).off('error', onError);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onConnect = (): void => settle();
    const onError = (error: Error): void => {
      const failure = socketError(error, 'connecting');
      // Nobody listening is a refusal; a reset comes from who has accepted, and whoever reads will find it.
      settle(failure.status === 'reset' ? undefined : failure);
    };
    const onAbort = (): void => settle(abortReason(signal));
    const callOff = networkTimer(timeoutMs, () =>
      settle(new ConversationError('timed-out', `no answer to the connection within ${timeoutMs} ms`)),
    );
    socket.on('connect', onConnect).on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    start();
  });
}

function assertConnectedTo(socket: Socket, address: string): void {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  // Broken off already.
  if (remoteAddress === undefined) return;
  if (canonicalAddress(remoteAddress) !== address) {
    throw new PermanentError('connected-elsewhere', {
      what: 'A connection arrived at another address than the target',
      got: remoteAddress,
      expected: address,
    });
  }
  // A connect to a free port of our own host can pick that very port as its source, and then talks to itself.
  if (localPort === remotePort && localAddress === remoteAddress) {
    throw new ConversationError('refused', 'only our own socket was at the port');
  }
}

function plainWire(socket: Socket): Wire {
  return {
    stream: socket,
    encrypted: false,
    get rawBytesReceived() {
      return socket.bytesRead;
    },
    startTls: (options, signal) => secure(socket, options, signal),
    close: () => void socket.destroy(),
    abort: () => reset(socket),
  };
}

async function secure(
  raw: Socket,
  { serverName, minVersion, maxVersion, ciphers, alpn }: TlsOptions,
  signal: AbortSignal,
): Promise<{ wire: Wire; session: TlsSession }> {
  if (signal.aborted) throw abortReason(signal);
  if (serverName !== undefined && isIP(serverName) !== 0) {
    throw new PermanentError('tls-options-invalid', { what: 'An address cannot be a TLS server name' });
  }
  const options: ConnectionOptions = {
    socket: raw,
    // Certificates are facts to report, never a reason to hang up; names are judged elsewhere.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // Servers without secure renegotiation (RFC 5746) are to be looked at as well.
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  };
  let stream: TLSSocket;
  try {
    stream = connectTls(options);
  } catch (cause) {
    // Versions and suites that our OpenSSL cannot speak are refused before anything is sent.
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new PermanentError(
      'tls-options-invalid',
      { what: 'These TLS options cannot be used', got },
      { cause },
    );
  }
  const session = await handshake(stream, () => raw.bytesRead, signal).catch((error: unknown) => {
    stream.destroy();
    reset(raw);
    throw error;
  });
  return { wire: securedWire(raw, stream), session };
}

function securedWire(raw: Socket, stream: Duplex): Wire {
  return {
    stream,
    encrypted: true,
    get rawBytesReceived() {
      return raw.bytesRead;
    },
    startTls: () =>
      Promise.reject(
        new PermanentError('tls-options-invalid', { what: 'TLS was started inside TLS on one connection' }),
      ),
    close: () => void stream.destroy(),
    abort: () => (reset(raw), void stream.destroy()),
  };
}

/** Destroys at once and with a reset where there is a connection to reset. */
function reset(socket: Socket): void {
  // Resetting waits for the connection of a socket that has none yet, and for unsent data: hence also destroy.
  if (!socket.connecting && !socket.destroyed) socket.resetAndDestroy();
  socket.destroy();
}
