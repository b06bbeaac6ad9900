import type { Observation } from '../../../src/domain/observation.ts';
import type { Profile } from '../../../src/domain/profile.ts';
import { createPacing } from '../../../src/scanner/pacing.ts';
import type { AnyProbe, Probe } from '../../../src/scanner/probe.ts';
import { runDatagramProbe } from '../../../src/scanner/run-datagram-probe.ts';
import { runProbe } from '../../../src/scanner/run-probe.ts';
import { clearanceAt, leaseOn, patientProfile } from '../../scanner/support.ts';
import type { Replay } from './replay.ts';

/** Nobody is far away here, and whoever waits for the deadline hangs. */
const fuzzProfile: Profile = {
  ...patientProfile,
  probeDeadlineMs: 10_000,
  greetingWaitMs: 2,
  datagramWaitMs: 2,
  socketsPerHost: 8,
  connectionsPerSecondPerHost: 1_000_000,
};

export interface Way {
  readonly layer?: 'plain' | 'tls';
  readonly name?: string | null;
  readonly startTls?: Probe | null;
}

/** Runs a probe through the real framework at a server that is only replayed. */
export function run(probe: AnyProbe, { dial, dialDatagram }: Replay, way: Way = {}): Promise<Observation> {
  const lease = { ...leaseOn('127.0.0.1'), classes: ['read', 'method', 'login', 'relay'] as const };
  const target = clearanceAt('127.0.0.1', lease).target(probe.transport, 7);
  const context = {
    target,
    dial,
    dialDatagram,
    profile: fuzzProfile,
    pacing: createPacing(),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket/test',
    canary: { address: '127.0.0.1', port: 9, token: 'nobody says this' },
  };
  return probe.transport === 'udp'
    ? runDatagramProbe({ ...context, probe })
    : runProbe({ ...context, probe, layer: 'plain', ...way });
}
