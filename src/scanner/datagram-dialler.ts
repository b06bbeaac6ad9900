/**
 * The dialler's half for UDP, and the only place in the scanning path that sends a datagram. Every socket is connected
 * to one {@link Target}, so nothing leaves for another address and nothing of another address comes in.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { PermanentError } from '../domain/errors.ts';
import type { Target } from '../scope/target.ts';
import { canonicalAddress } from './canonical-address.ts';
import type { DialEvent, DiallerOptions } from './dialler.ts';
import { orAborted } from './or-aborted.ts';
import { ConversationError } from './probe.ts';
import { abortReason, socketError } from './socket-errors.ts';
import { assertDiallable, assertLeased } from './vetting.ts';

/** Who is told what comes in on a socket; neither is called any more once it is closed. */
export interface DatagramListener {
  /** One datagram from the target's port. */
  received(datagram: Buffer): void;
  /** What the network, or the host, says of what was sent. */
  failed(error: ConversationError): void;
}

/** A UDP socket that is connected to a target. */
export interface DatagramWire {
  /**
   * Sends one datagram. Rejects with a `ConversationError`: `moved` when the lease no longer covers the address, and
   * then nothing has left.
   */
  send(datagram: Buffer): Promise<void>;
  /** Safe to call twice. */
  close(): void;
}

/**
 * Opens a UDP socket to a target, which sends nothing yet. Rejects with a `ConversationError`, and with a
 * `PermanentError` for anything that is not a target.
 */
export type DialDatagram = (
  target: Target,
  listener: DatagramListener,
  signal: AbortSignal,
) => Promise<DatagramWire>;

/** Each datagram is a {@link DialEvent} of its own. */
export function createDatagramDialler({ now, onDial, source }: DiallerOptions): DialDatagram {
  return async (target, listener, signal) => {
    assertDiallable(target, 'udp');
    if (signal.aborted) throw abortReason(signal);
    const { endpoint, lease, port } = target;
    const { address, family } = endpoint;
    const own = { address: source?.address ?? (family === 6 ? '::' : '0.0.0.0'), port: source?.port ?? 0 };
    const record = (at: number, sent: boolean, outcome: DialEvent['outcome']): void =>
      onDial?.({
        endpointId: endpoint.id,
        authorisationId: lease.authorisationId,
        address,
        transport: 'udp',
        port,
        at,
        sent,
        outcome,
      });

    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      ipv6Only: family === 6,
      // Asked for literal addresses as well.
      lookup: (hostname, _options, callback) => {
        if (hostname === address || hostname === own.address) callback(null, hostname, family);
        else callback(notTheTarget(hostname), '', family);
      },
    });
    let closed = false;
    const close = (): void => {
      if (closed) return;
      closed = true;
      socket.close();
    };
    try {
      await orAborted(signal, connected(socket, target, own));
    } catch (error) {
      close();
      record(now(), false, error instanceof ConversationError ? error.status : 'failed');
      throw error;
    }
    socket.on('error', (error) => {
      if (!closed) listener.failed(socketError(error, 'waiting for a datagram'));
    });
    socket.on('message', (datagram, from) => {
      if (!closed && isFrom(from, target)) listener.received(datagram);
    });

    return {
      close,
      async send(datagram) {
        const at = now();
        let sent = false;
        try {
          if (signal.aborted) throw abortReason(signal);
          assertLeased(target, at);
          sent = true;
          await sending(socket, datagram);
        } catch (error) {
          record(at, sent, error instanceof ConversationError ? error.status : 'failed');
          throw error;
        }
        record(at, sent, 'sent');
      },
    };
  };
}

async function connected(
  socket: Socket,
  target: Target,
  from: { readonly address: string; readonly port: number },
): Promise<void> {
  const { endpoint, port } = target;
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => reject(socketError(error, 'opening a UDP socket'));
    // Stays for life: an error that nobody waits for any more must not end the process.
    socket.on('error', onError).once('connect', resolve);
    socket.bind({ ...from, exclusive: true }, () => socket.connect(port, endpoint.address));
  });
  const own = socket.address();
  // A socket can be given the very port that it is connected to, and then it talks to itself.
  if (own.port === port && canonicalAddress(own.address) === endpoint.address) {
    throw new ConversationError('refused', 'only our own socket was at the port');
  }
}

function sending(socket: Socket, datagram: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(datagram, (error) => {
      if (error) reject(socketError(error, 'sending a datagram'));
      else resolve();
    });
  });
}

/** The kernel keeps others out once the socket is connected, but not in the moment between its birth and that. */
function isFrom(from: RemoteInfo, { endpoint, port }: Target): boolean {
  return from.port === port && canonicalAddress(from.address) === endpoint.address;
}

function notTheTarget(hostname: string): PermanentError {
  return new PermanentError('address-not-canonical', {
    what: 'A name came to be resolved, and names are never targets',
    got: JSON.stringify(hostname),
  });
}
