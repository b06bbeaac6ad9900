import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { createDatagramDialler } from '../../src/scanner/datagram-dialler.ts';
import { createDialler } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import type { DatagramProbe, Probe } from '../../src/scanner/probe.ts';
import { runDatagramProbe } from '../../src/scanner/run-datagram-probe.ts';
import { runProbe, type RunProbeOptions } from '../../src/scanner/run-probe.ts';
import { mintTarget, type Lease } from '../../src/scope/target.ts';

const endpoint: Endpoint = {
  id: '111122223333/eu-central-1/eni-1/10.0.0.1',
  accountId: '111122223333',
  partition: 'aws',
  region: 'eu-central-1',
  networkInterfaceId: 'eni-1',
  address: '127.0.0.1',
  family: 4,
  privateAddress: '10.0.0.1',
  vpcId: 'vpc-1',
  subnetId: 'subnet-1',
  securityGroupIds: [],
  interfaceType: 'interface',
  requesterManaged: false,
  instanceId: 'i-1',
  instanceType: 't3.micro',
  instanceState: 'running',
  tags: {},
  exposure: { state: 'unknown', reason: 'of no interest here' },
};

const profile: Profile = {
  id: 'test',
  sweep: [],
  expandRangesUpTo: 0,
  probesOnUnknownPorts: [],
  connectTimeoutMs: 1000,
  probeDeadlineMs: 5000,
  greetingWaitMs: 150,
  guessDeadlineMs: 2000,
  datagramWaitMs: 300,
  namesPerPort: 4,
  socketsPerHost: 2,
  connectionsPerSecondPerHost: 1000,
  endpointsAtOnce: 1,
};

export interface ProbingExtra extends Pick<
  Partial<RunProbeOptions>,
  'name' | 'startTls' | 'trustedCas' | 'guess' | 'canary'
> {
  /** What the authorisation allows; only reading by default. */
  readonly classes?: Lease['classes'];
}

/** Runs a probe through the real framework, over real sockets, at a port of 127.0.0.1. */
export function observe(
  probe: Probe,
  port: number,
  layer: 'plain' | 'tls' = 'plain',
  limits: Partial<Profile> = {},
  extra: ProbingExtra = {},
): Promise<Observation> {
  const { classes, ...options } = extra;
  return runProbe({
    ...options,
    probe,
    target: mintTarget(endpoint, 'tcp', port, lease(classes)),
    layer,
    profile: { ...profile, ...limits },
    pacing: createPacing(),
    dial: createDialler({ now: Date.now }),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket-test',
  });
}

/** {@link observe} for a probe over UDP. */
export function observeDatagram(
  probe: DatagramProbe,
  port: number,
  limits: Partial<Profile> = {},
  classes?: Lease['classes'],
): Promise<Observation> {
  return runDatagramProbe({
    probe,
    target: mintTarget(endpoint, 'udp', port, lease(classes)),
    profile: { ...profile, ...limits },
    pacing: createPacing(),
    dial: createDialler({ now: Date.now }),
    dialDatagram: createDatagramDialler({ now: Date.now }),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket-test',
  });
}

function lease(classes: Lease['classes'] = ['read']): Lease {
  const provedAt = Date.now();
  const { id: endpointId, address } = endpoint;
  return { endpointId, address, authorisationId: 'test', classes, provedAt, expiresAt: provedAt + 60_000 };
}

/** Listens on a free port of 127.0.0.1 until the test is over. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    sockets.forEach((socket) => socket.destroy());
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

/** A raw TCP server. `received` waits until all connections are over and gives what came in on them. */
export async function rawServer(
  onConnection: (socket: Socket) => void,
): Promise<{ port: number; received: () => Promise<Buffer>; connections: () => number }> {
  const chunks: Buffer[] = [];
  const over: Promise<unknown>[] = [];
  const port = await listen(
    createServer((socket) => {
      over.push(new Promise((resolve) => socket.once('close', resolve)));
      socket.on('data', (chunk) => chunks.push(chunk));
      onConnection(socket);
    }),
  );
  const received = async () => {
    await Promise.all(over);
    return Buffer.concat(chunks);
  };
  return { port, received, connections: () => over.length };
}

/** A raw TCP server that answers the first bytes of each connection with `answer`. */
export const answering = (answer: string | Buffer) =>
  rawServer((socket) => socket.once('data', () => socket.write(answer)));

/** A raw TCP server that speaks first. */
export const greeting = (text: string | Buffer) => rawServer((socket) => socket.write(text));
