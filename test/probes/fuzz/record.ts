/**
 * Records what real servers say to the probes, for the fuzz tests: `npx tsx test/probes/fuzz/record.ts redis bind …`
 * starts these servers of the fleet and puts their side of the dialogues into dialogues.json, in place of what was
 * there for the same probe. What goes on inside TLS is not recorded.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DialDatagram } from '../../../src/scanner/datagram-dialler.ts';
import { createDatagramDialler } from '../../../src/scanner/datagram-dialler.ts';
import { createDialler, type Dial } from '../../../src/scanner/dialler.ts';
import { createPacing } from '../../../src/scanner/pacing.ts';
import { loadProbes } from '../../../src/scanner/registry.ts';
import { runDatagramProbe } from '../../../src/scanner/run-datagram-probe.ts';
import { runProbe } from '../../../src/scanner/run-probe.ts';
import { startFleet } from '../../fleet/fleet.ts';
import { directoryInside, runInside } from '../../fleet/namespace.ts';
import { leaseOn, patientProfile } from '../../scanner/support.ts';
import { mintTarget } from '../../../src/scope/target.ts';
import { endpointAt } from '../../scanner/support.ts';
import type { Dialogue, Turn } from './dialogue.ts';

/** Enough of a dialogue to begin with; certificates and pages are longer. */
const maxConnections = 8;
const maxBytesOfATurn = 4096;

class Recorder {
  readonly turns: { readonly sent: string; received: string }[] = [];

  sent(bytes: Buffer): void {
    this.turns.push({ sent: bytes.toString('hex'), received: '' });
  }

  received(bytes: Buffer): void {
    if (this.turns.length === 0) this.turns.push({ sent: '', received: '' });
    const last = this.turns.at(-1);
    if (last !== undefined)
      last.received = (last.received + bytes.toString('hex')).slice(0, maxBytesOfATurn * 2);
  }
}

function recordingDial(dial: Dial, connections: Recorder[]): Dial {
  return async (target, options, signal) => {
    const wire = await dial(target, options, signal);
    const recorder = new Recorder();
    connections.push(recorder);
    const { stream } = wire;
    const push = stream.push.bind(stream);
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.push = (chunk: unknown, ...rest) => {
      if (Buffer.isBuffer(chunk)) recorder.received(chunk);
      return push(chunk, ...rest);
    };
    Object.assign(stream, {
      write: (chunk: Buffer | string, ...rest: unknown[]) => {
        recorder.sent(Buffer.from(chunk));
        return write(chunk, ...rest);
      },
    });
    return wire;
  };
}

function recordingDialDatagram(dial: DialDatagram, connections: Recorder[]): DialDatagram {
  return async (target, listener, signal) => {
    const recorder = new Recorder();
    connections.push(recorder);
    const wire = await dial(
      target,
      {
        received: (datagram) => (recorder.received(datagram), listener.received(datagram)),
        failed: (error) => listener.failed(error),
      },
      signal,
    );
    return { ...wire, send: (datagram) => (recorder.sent(datagram), wire.send(datagram)) };
  };
}

if (directoryInside() === undefined) {
  const { code } = await runInside(import.meta.filename, process.argv.slice(2), { terminal: true });
  process.exitCode = code ?? 1;
} else {
  const probes = await loadProbes();
  const fleet = await startFleet(process.argv.slice(2));
  const recorded = new Map<string, Dialogue>();
  const shared = {
    profile: { ...patientProfile, socketsPerHost: 8, probeDeadlineMs: 5000, connectTimeoutMs: 2000 },
    pacing: createPacing(),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket/test',
    // Whoever is led there finds nobody.
    canary: { address: '127.0.0.1', port: 9, token: 'nobody says this' },
  };
  try {
    for (const { address, endpoints, server, names } of fleet.hosts) {
      for (const { transport, port, protocol, tls } of endpoints) {
        for (const probe of probes.values()) {
          const follows = probe.transport === 'tcp' ? probe.follows : undefined;
          const spoken = tls === 'inside' ? 'tls' : protocol;
          const fits = probe.transport === transport && [probe.id, follows].includes(spoken ?? '-');
          if (recorded.has(probe.id) || !fits) continue;
          const lease = { ...leaseOn(address), classes: ['read', 'method', 'login', 'relay'] as const };
          const target = mintTarget(
            endpointAt(address, address.includes(':') ? 6 : 4),
            transport,
            port,
            lease,
          );
          const connections: Recorder[] = [];
          const dial = recordingDial(createDialler({ now: Date.now }), connections);
          const dialDatagram = recordingDialDatagram(createDatagramDialler({ now: Date.now }), connections);
          const context = { ...shared, target, dial, dialDatagram, name: names[0] ?? null };
          const seen =
            probe.transport === 'udp'
              ? await runDatagramProbe({ ...context, probe })
              : await runProbe({ ...context, probe, layer: 'plain' });
          console.error(`${server} ${transport}/${port} ${probe.id}: ${seen.status} ${seen.detail ?? ''}`);
          if (seen.status !== 'answered') continue;
          const turns: Turn[][] = connections.slice(0, maxConnections).map((connection) => connection.turns);
          recorded.set(probe.id, { probe: probe.id, server, name: context.name, connections: turns });
        }
      }
    }
  } finally {
    await fleet.close();
  }
  const file = path.join(import.meta.dirname, 'dialogues.json');
  const before = JSON.parse(readFileSync(file, 'utf8')) as Dialogue[];
  const all = [...before.filter(({ probe }) => !recorded.has(probe)), ...recorded.values()];
  all.sort((left, right) => left.probe.localeCompare(right.probe));
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}
