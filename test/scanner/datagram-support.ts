import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createDatagramDialler } from '../../src/scanner/datagram-dialler.ts';
import type { DatagramExchange } from '../../src/scanner/datagram-exchange.ts';
import { createDialler, type DialEvent } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { defineDatagramProbe, type DatagramProbe } from '../../src/scanner/probe.ts';
import { runDatagramProbe, type RunDatagramProbeOptions } from '../../src/scanner/run-datagram-probe.ts';
import { mintTarget, type Lease, type Target } from '../../src/scope/target.ts';
import { endpointAt, hastyProfile, leaseOn } from './support.ts';

export interface DatagramServer {
  readonly port: number;
  readonly socket: Socket;
  /** What has come in, and from which port. */
  readonly received: { readonly datagram: Buffer; readonly from: number }[];
}

export type Answerer = (datagram: Buffer, reply: (answer: Buffer) => void, from: RemoteInfo) => void;

/** A UDP server on a free port until the test is over. */
export async function listenUdp(onDatagram: Answerer, address = '127.0.0.1'): Promise<DatagramServer> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const received: DatagramServer['received'] = [];
  let open = true;
  socket.on('error', () => {}).on('close', () => (open = false));
  socket.on('message', (datagram, from) => {
    received.push({ datagram, from: from.port });
    onDatagram(datagram, (answer) => open && socket.send(answer, from.port, from.address), from);
  });
  socket.bind({ port: 0, address });
  await once(socket, 'listening');
  onTestFinished(() => void (open && socket.close()));
  return { port: socket.address().port, socket, received };
}

/** A UDP port that was free a moment ago. */
export async function freeUdpPort(): Promise<number> {
  const { port, socket } = await listenUdp(() => {});
  socket.close();
  await once(socket, 'close');
  return port;
}

export function udpTarget(port: number, address = '127.0.0.1', lease: Lease = leaseOn(address)): Target {
  return mintTarget(endpointAt(address, address.includes(':') ? 6 : 4), 'udp', port, lease);
}

function anyDatagramProbe(
  run: (exchange: DatagramExchange, signal: AbortSignal) => Promise<Record<string, unknown>>,
  rest: Partial<DatagramProbe> = {},
): DatagramProbe {
  return defineDatagramProbe({
    id: 'any',
    title: 'Whatever the test wants to know',
    transport: 'udp',
    defaultPorts: [],
    facts: z.looseObject({}),
    run,
    ...rest,
  });
}

/** Runs a probe over UDP made of one function against a port of 127.0.0.1, with 100 ms for each answer. */
export async function probingUdp(
  port: number,
  run: (exchange: DatagramExchange, signal: AbortSignal) => Promise<Record<string, unknown>>,
  options: Partial<RunDatagramProbeOptions> & { rest?: Partial<DatagramProbe> } = {},
) {
  const dials: DialEvent[] = [];
  const { rest, ...others } = options;
  const onDial = (event: DialEvent): void => void dials.push(event);
  const observation = await runDatagramProbe({
    probe: anyDatagramProbe(run, rest),
    target: udpTarget(port),
    profile: { ...hastyProfile, datagramWaitMs: 100 },
    pacing: createPacing(),
    dial: createDialler({ now: Date.now, onDial }),
    dialDatagram: createDatagramDialler({ now: Date.now, onDial }),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket/test',
    ...others,
  });
  return { observation, dials };
}
