import { readFileSync } from 'node:fs';
import { SocketAddress } from 'node:net';

/** Where something listens or, over UDP, is bound. */
export interface BoundSocket {
  readonly transport: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

/** State of a listening TCP socket, and of a UDP socket without a peer, in /proc/net. */
const LISTENING = { tcp: '0A', udp: '07' } as const;
const ANYWHERE = new Set(['0.0.0.0', '::']);

/** All that listens in this network namespace, without a packet. */
export function boundSockets(): BoundSocket[] {
  return (['tcp', 'tcp6', 'udp', 'udp6'] as const).flatMap((table) => {
    const transport = table.startsWith('tcp') ? 'tcp' : 'udp';
    return readFileSync(`/proc/net/${table}`, 'latin1')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === LISTENING[transport])
      .map(([, local = '']) => {
        const [address = '', port = ''] = local.split(':');
        return { transport, address: addressOf(address), port: Number.parseInt(port, 16) };
      });
  });
}

/** {@link boundSockets} for many who ask often: the kernel's tables are large, and reading them takes a while. */
export function boundSocketsEvery(ms: number): () => readonly BoundSocket[] {
  let readAt = Number.NEGATIVE_INFINITY;
  let sockets: readonly BoundSocket[] = [];
  return () => {
    if (performance.now() - readAt >= ms) {
      sockets = boundSockets();
      readAt = performance.now();
    }
    return sockets;
  };
}

/** Whether what is sent to the address and port arrives at one of the sockets. */
export function serves(sockets: readonly BoundSocket[], { transport, address, port }: BoundSocket): boolean {
  return sockets.some(
    (socket) =>
      socket.transport === transport &&
      socket.port === port &&
      (socket.address === address || ANYWHERE.has(socket.address)),
  );
}

/** The kernel prints addresses as 32-bit words in the order of the host's bytes. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  if (bytes.length === 4) return bytes.join('.');
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return bytes.slice(12).join('.');
  const groups = (Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).join(':');
  // In the one spelling that people write.
  return new SocketAddress({ address: groups, family: 'ipv6' }).address;
}
