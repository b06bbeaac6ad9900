import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../support/requires.ts';
import { createCertificates, type Certificates } from './certificates.ts';
import { directoryInside, endWithStarter, furnishNamespace } from './namespace.ts';
import { preparePlace } from './place.ts';
import { hasAllUsers, killStragglers, processIds, type RunningServer } from './processes.ts';
import type { FleetServer } from './server.ts';
import { servers } from './servers.ts';
import { boundSockets, boundSocketsEvery, serves, type BoundSocket } from './sockets.ts';
import { readTruth, type TrueHost } from './truth.ts';

export interface Fleet {
  readonly hosts: readonly TrueHost[];
  readonly certificates: Certificates;
  /** How long each server took from the start of all until it served, in milliseconds. */
  readonly startMs: ReadonlyMap<string, number>;
  /** Servers that this machine cannot start, each with the reason. */
  readonly skipped: readonly string[];
  /** Sockets of the namespace that belong to none of the hosts' endpoints. */
  others(): BoundSocket[];
  /** Ends all that was started, and whatever else runs in the namespace since. */
  close(): Promise<void>;
}

/** Nothing here takes half of it on two cores that have other work as well. */
const DEADLINE_MS = 60_000;
/** How often it is looked whether servers serve. */
const LOOK_MS = 100;

/**
 * Starts the servers of these names, or all, inside the fleet's namespace: they take the standard ports, and some of
 * them on every address. Resolves when all of them serve.
 */
export async function startFleet(names?: readonly string[]): Promise<Fleet> {
  const directory = directoryInside();
  if (directory === undefined) throw new Error('The fleet is started only in a namespace of its own.');
  endWithStarter();
  const truth = readTruth();
  const wanted = choose(names, truth);
  const skipped = wanted.flatMap((server) => obstacles(server));
  const chosen = wanted.filter((server) => obstacles(server).length === 0);
  const hosts = truth.filter(({ server }) => chosen.some(({ name }) => name === server));
  const needAddresses = chosen
    .filter(({ bindsInterfaces }) => bindsInterfaces === true)
    .map(({ name }) => name);
  await furnishNamespace(
    hosts
      .filter(({ server, address }) => needAddresses.includes(server) || address.includes(':'))
      .map(({ address }) => address),
  );

  const begun = performance.now();
  const before = processIds();
  await mkdir(path.join(directory, 'certificates'), { recursive: true });
  const certificates = await createCertificates(path.join(directory, 'certificates'));
  const addresses = new Map(hosts.map(({ name, address }) => [name, address]));
  const running = new Map<string, RunningServer[]>();
  const startMs = new Map<string, number>();
  const sockets = boundSocketsEvery(LOOK_MS);

  const close = async (): Promise<void> => {
    await Promise.all([...running.values()].flat().map((server) => server.stop()));
    await killStragglers(before);
  };
  const outcomes = await Promise.allSettled(
    chosen.map(async (server) => {
      const started: RunningServer[] = [];
      running.set(server.name, started);
      const place = await preparePlace({
        directory: path.join(directory, server.name),
        certificates,
        addresses,
        started,
      });
      await server.start(place);
      const own = hosts.filter((host) => host.server === server.name);
      await untilServing(started, own, { sockets, deadline: begun + DEADLINE_MS });
      startMs.set(server.name, Math.round(performance.now() - begun));
    }),
  );
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [`${chosen[index]?.name ?? ''}: ${String(outcome.reason)}`] : [],
  );
  if (failures.length > 0) {
    await close();
    throw new Error(`${failures.length} servers did not start.\n${failures.join('\n')}`);
  }
  return { hosts, certificates, startMs, skipped, others: () => strangers(hosts), close };
}

function choose(names: readonly string[] | undefined, truth: readonly TrueHost[]): FleetServer[] {
  const known = servers.map(({ name }) => name);
  const wrong = [
    ...(names ?? []).filter((name) => !known.includes(name)).map((name) => `no server ${name}`),
    ...truth
      .filter(({ server }) => !known.includes(server))
      .map(({ server }) => `no server for truth/${server}.yaml`),
    ...known
      .filter((name) => !truth.some(({ server }) => server === name))
      .map((name) => `no truth/${name}.yaml`),
  ];
  if (wrong.length > 0) throw new Error(`The fleet is incomplete: ${[...new Set(wrong)].join(', ')}.`);
  return servers.filter(({ name }) => names === undefined || names.includes(name));
}

function obstacles({ name, programs, needsRoot = false }: FleetServer): string[] {
  const missing = programs.filter(
    (program) => !program.startsWith('/') && findProgram(program) === undefined,
  );
  if (missing.length > 0) return [`${name} (needs ${missing.join(' and ')})`];
  return needsRoot && !hasAllUsers ? [`${name} (needs root)`] : [];
}

async function untilServing(
  started: readonly RunningServer[],
  hosts: readonly TrueHost[],
  { sockets, deadline }: { readonly sockets: () => readonly BoundSocket[]; readonly deadline: number },
): Promise<void> {
  const wanted = hosts.flatMap(({ address, endpoints }) =>
    endpoints.map(({ transport, port }) => ({ transport, address, port })),
  );
  for (;;) {
    const dead = started.find(({ ended }) => ended !== null);
    if (dead !== undefined) throw new Error(`${dead.program} ended (${dead.ended}):\n${tail(dead)}`);
    const bound = sockets();
    const missing = wanted.filter((socket) => !serves(bound, socket));
    if (missing.length === 0 && started.every((server) => server.ready())) return;
    if (performance.now() > deadline) {
      const ports = missing.map(({ transport, address, port }) => `${transport}/${address}:${port}`);
      throw new Error(`nothing yet at ${ports.join(', ') || 'no port'}\n${started.map(tail).join('\n')}`);
    }
    await sleep(LOOK_MS);
  }
}

function tail(server: RunningServer): string {
  return `${server.program}: ${server.output().slice(-2000)}`;
}

function strangers(hosts: readonly TrueHost[]): BoundSocket[] {
  const known = new Set(
    hosts.flatMap(({ address, endpoints }) =>
      endpoints.flatMap(({ transport, port }) =>
        [address, '0.0.0.0', '::'].map((bound) => `${transport}/${bound}/${port}`),
      ),
    ),
  );
  return boundSockets().filter(
    ({ transport, address, port }) => !known.has(`${transport}/${address}/${port}`),
  );
}
