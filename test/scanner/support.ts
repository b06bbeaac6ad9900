import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import type { Profile } from '../../src/domain/profile.ts';
import type { Connection } from '../../src/scanner/connection.ts';
import { createDialler, type DialEvent } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { defineProbe, type Probe } from '../../src/scanner/probe.ts';
import { runProbe, type RunProbeOptions } from '../../src/scanner/run-probe.ts';
import { mintTarget, type Clearance, type Lease, type Target } from '../../src/scope/target.ts';

export function endpointAt(address: string, family: 4 | 6 = 4): Endpoint {
  return {
    id: '111122223333/eu-central-1/eni-0123456789abcdef0/10.0.0.5',
    accountId: '111122223333',
    partition: 'aws',
    region: 'eu-central-1',
    networkInterfaceId: 'eni-0123456789abcdef0',
    address,
    family,
    privateAddress: family === 4 ? '10.0.0.5' : null,
    vpcId: 'vpc-0123456789abcdef0',
    subnetId: 'subnet-0123456789abcdef0',
    securityGroupIds: ['sg-0123456789abcdef0'],
    interfaceType: 'interface',
    requesterManaged: false,
    instanceId: 'i-0123456789abcdef0',
    instanceType: 'm7g.large',
    instanceState: 'running',
    tags: {},
    exposure: { state: 'unknown', reason: 'not read in this test' },
  };
}

/** A lease that a test may let run out. */
export function leaseOn(address: string, forMs = 60_000): Lease & { expiresAt: number } {
  const provedAt = Date.now();
  const { id: endpointId } = endpointAt(address);
  return {
    endpointId,
    address,
    authorisationId: 'test',
    classes: ['read'],
    provedAt,
    expiresAt: provedAt + forMs,
  };
}

export function targetAt(port: number, address = '127.0.0.1', lease: Lease = leaseOn(address)): Target {
  return mintTarget(endpointAt(address, address.includes(':') ? 6 : 4), 'tcp', port, lease);
}

export function clearanceAt(address: string, lease: Lease = leaseOn(address)): Clearance {
  const endpoint = endpointAt(address);
  return { endpoint, lease, target: (transport, port) => mintTarget(endpoint, transport, port, lease) };
}

/** Patient where the machine may be slow, so that what ends early was ended by something else. */
export const patientProfile: Profile = {
  id: 'patient',
  sweep: [],
  expandRangesUpTo: 100,
  probesOnUnknownPorts: [],
  connectTimeoutMs: 10_000,
  probeDeadlineMs: 20_000,
  greetingWaitMs: 200,
  guessDeadlineMs: 2000,
  datagramWaitMs: 300,
  namesPerPort: 4,
  socketsPerHost: 4,
  connectionsPerSecondPerHost: 10_000,
  endpointsAtOnce: 4,
};

/** For peers that are to be given up on. */
export const hastyProfile: Profile = { ...patientProfile, connectTimeoutMs: 300, probeDeadlineMs: 700 };

export interface Listener {
  readonly port: number;
  readonly server: Server;
  /** Connections accepted so far. */
  readonly accepted: number;
}

/** Starts a server on a free loopback port, and takes it and all its sockets down after the test. */
export async function listen(
  onSocket: (socket: Socket) => void,
  {
    address = '127.0.0.1',
    server = createServer({ allowHalfOpen: true }),
  }: { address?: string; server?: Server } = {},
): Promise<Listener> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.listen(0, address);
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port was bound');
  return {
    port: bound.port,
    server,
    get accepted() {
      return accepted;
    },
  };
}

/** A port at which nothing listens: one that was just given back. */
export async function closedPort(): Promise<number> {
  const { port, server } = await listen(() => {});
  server.close();
  await once(server, 'close');
  return port;
}

/** A port that drops the first packet of every new connection: its queue is full, and nobody takes from it. */
export async function deafPort(): Promise<number> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 0);
     });`,
    { eval: true },
  );
  const fillers: Socket[] = [];
  onTestFinished(async () => {
    for (const filler of fillers) filler.destroy();
    await worker.terminate();
  });
  const [port] = (await once(worker, 'message')) as [number];
  await later(50);
  for (;;) {
    const filler = connect({ host: '127.0.0.1', port });
    filler.on('error', () => {});
    fillers.push(filler);
    const connected = await Promise.race([
      once(filler, 'connect').then(() => true),
      later(100).then(() => false),
    ]);
    if (!connected) return port;
    if (fillers.length > 64) throw new Error('the queue does not fill up');
  }
}

export function anyProbe(
  run: (connection: Connection, signal: AbortSignal) => Promise<Record<string, unknown>>,
  rest: Partial<Probe> = {},
): Probe {
  return defineProbe({
    id: 'any',
    title: 'Whatever the test wants to know',
    transport: 'tcp',
    defaultPorts: [],
    layers: ['plain', 'tls'],
    connectionsAtOnce: 2,
    facts: z.looseObject({}),
    run,
    ...rest,
  });
}

/** Runs a probe made of one function against a port of 127.0.0.1. */
export async function probing(
  port: number,
  run: (connection: Connection, signal: AbortSignal) => Promise<Record<string, unknown>>,
  options: Partial<RunProbeOptions> & { rest?: Partial<Probe> } = {},
) {
  const dials: DialEvent[] = [];
  const { rest, ...others } = options;
  const observation = await runProbe({
    probe: anyProbe(run, rest),
    target: targetAt(port),
    layer: 'plain',
    profile: patientProfile,
    pacing: createPacing(),
    dial: createDialler({ now: Date.now, onDial: (event) => dials.push(event) }),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket/test',
    ...others,
  });
  return { observation, dials };
}

export function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
