/**
 * Started by scanning.ts: scans a port of 127.0.0.1 at the parent's word, and tells what was seen and what memory it
 * took. A process of its own, so that the hostile server's memory is not counted.
 */
import { connect } from 'node:net';
import { createDatagramDialler } from '../../../src/scanner/datagram-dialler.ts';
import { createDialler } from '../../../src/scanner/dialler.ts';
import { createPacing } from '../../../src/scanner/pacing.ts';
import { loadProbes } from '../../../src/scanner/registry.ts';
import { runDatagramProbe } from '../../../src/scanner/run-datagram-probe.ts';
import { runProbe, type ScanContext } from '../../../src/scanner/run-probe.ts';
import { scanEndpoint } from '../../../src/scanner/scan-endpoint.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import type { Lease } from '../../../src/scope/target.ts';
import { clearanceAt, leaseOn } from '../support.ts';
import { MemoryMeter, type MemoryUse } from './memory-meter.ts';
import { hostileProfile } from './profile.ts';

/** What to do: run every probe at the port, scan it as a port of an endpoint, or read it as nobody should. */
export interface Order {
  readonly how: 'every-probe' | 'endpoint' | 'without-bounds';
  readonly transport: 'tcp' | 'udp';
  readonly port: number;
  readonly layer: 'plain' | 'tls';
  /** Which probes; all when empty. */
  readonly probes: readonly string[];
  readonly deadlineMs: number;
}

export interface Report {
  readonly observations: readonly Observation[];
  readonly elapsedMs: number;
  readonly deadlineMs: number;
  readonly memory: MemoryUse;
}

// Not to outlive a test that was cut short.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const probes = await loadProbes();
const lease: Lease = { ...leaseOn('127.0.0.1', 3_600_000), classes: ['read', 'method', 'login', 'relay'] };
const clearance = clearanceAt('127.0.0.1', lease);

function context(deadlineMs: number): ScanContext {
  return {
    profile: { ...hostileProfile, probeDeadlineMs: deadlineMs },
    pacing: createPacing(),
    dial: createDialler({ now: Date.now }),
    dialDatagram: createDatagramDialler({ now: Date.now }),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket/test',
    canary: { address: '127.0.0.1', port: 9, token: 'nobody-says-this' },
  };
}

async function scan({ how, transport, port, layer, probes: ids, deadlineMs }: Order): Promise<Observation[]> {
  if (how === 'endpoint') {
    const { observations } = await scanEndpoint({
      ...context(deadlineMs),
      clearance,
      ports: [{ transport, port }],
      probes,
      portCatalogue: [],
      names: ['www.example.org'],
    });
    return observations;
  }
  if (how === 'without-bounds') return readWithoutBounds(port);
  const target = clearance.target(transport, port);
  // Each with a pacing of its own: how long one takes is to be its own doing.
  const wanted = [...probes.values()].filter(({ id }) => ids.length === 0 || ids.includes(id));
  const runs = wanted.map((probe) => {
    if (probe.transport === 'udp') {
      return transport === 'udp' ? [runDatagramProbe({ ...context(deadlineMs), probe, target })] : [];
    }
    return transport === 'tcp' && probe.layers.includes(layer)
      ? [runProbe({ ...context(deadlineMs), probe, target, layer })]
      : [];
  });
  return Promise.all(runs.flat());
}

/** Keeps whatever comes for a second: the measure must notice that. */
async function readWithoutBounds(port: number): Promise<Observation[]> {
  const kept: Buffer[] = [];
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}).on('data', (chunk) => kept.push(chunk));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  socket.destroy();
  if (kept.length === 0) throw new Error('the server sent nothing');
  return [];
}

process.on('message', (order: Order) => {
  const meter = new MemoryMeter();
  const started = performance.now();
  scan(order).then(
    (observations) => {
      const elapsedMs = Math.round(performance.now() - started);
      const { deadlineMs } = order;
      const report: Report = { observations, elapsedMs, deadlineMs, memory: meter.stop() };
      process.send?.(report);
    },
    (error: unknown) => {
      // Neither of the scans may reject, whatever the peer does.
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    },
  );
});
process.send?.('ready');
