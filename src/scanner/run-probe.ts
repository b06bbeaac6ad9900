import type { Facts, Observation } from '../domain/observation.ts';
import type { Profile } from '../domain/profile.ts';
import type { Target } from '../scope/target.ts';
import type { CanaryAddress, TlsOptions } from './connection.ts';
import type { DialDatagram } from './datagram-dialler.ts';
import type { Dial } from './dialler.ts';
import { factsOf, observeRun } from './observe-run.ts';
import { orAborted } from './or-aborted.ts';
import type { Pacing } from './pacing.ts';
import type { Probe } from './probe.ts';
import { ProbeRun } from './probe-run.ts';

const defaultMaxBytes = 64 * 1024;
const defaultConnectionsAtOnce = 1;

/** How the framework shakes hands for probes inside TLS: with whatever our OpenSSL can still be talked into. */
const anyTls: TlsOptions = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' };

/** What scanning needs, whatever is scanned. */
export interface ScanContext {
  readonly profile: Profile;
  readonly pacing: Pacing;
  readonly dial: Dial;
  /** Needed for probes over UDP. */
  readonly dialDatagram?: DialDatagram;
  /** Aborted to halt the run. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch; the clock that leases are held against. */
  readonly now: () => number;
  readonly userAgent: string;
  /** CA certificates (PEM) that the operator trusts at this endpoint, beside the platform's. Default none. */
  readonly trustedCas?: readonly string[];
  /** Where relays are to be led to; see `Connection`. Default null. */
  readonly canary?: CanaryAddress | null;
}

export interface RunProbeOptions extends ScanContext {
  readonly probe: Probe;
  readonly target: Target;
  readonly layer: 'plain' | 'tls';
  /** The name to look under, for SNI and `Host`; absent for the address alone. */
  readonly name?: string | null;
  /** The probe whose STARTTLS every connection goes through first. */
  readonly startTls?: Probe | null;
  /** Whether nothing but its turn speaks for this probe; then the peer has less time until its first byte. */
  readonly guess?: boolean;
  /** Given what the peer said before the probe said anything, as far as the probe has read it. */
  readonly onGreeting?: (greeting: Buffer) => void;
}

/**
 * Runs one probe at one target within its limits. Never rejects: whatever the peer does, and whatever the probe gets
 * wrong, is the observation's status, with a sentence. All connections are closed when it resolves.
 */
export async function runProbe(options: RunProbeOptions): Promise<Observation> {
  const { probe, name = null, profile } = options;
  const sockets = Math.min(probe.connectionsAtOnce ?? defaultConnectionsAtOnce, profile.socketsPerHost);
  return observeRun({ ...options, name, sockets }, () => converse(options, sockets));
}

async function converse(options: RunProbeOptions, sockets: number): Promise<Facts> {
  const { probe, profile, name = null, startTls = null, trustedCas = [], canary = null } = options;
  const run = new ProbeRun({
    ...options,
    sockets,
    maxBytes: probe.maxBytes ?? defaultMaxBytes,
    name,
    startTls,
    trustedCas,
    canary,
    deadlineMs: profile.probeDeadlineMs,
    firstByteMs: options.guess === true ? profile.guessDeadlineMs : null,
  });
  return factsOf(run, probe, options.signal, async () => {
    const connection = await run.open(
      options.layer === 'tls' ? { ...anyTls, ...(name === null ? {} : { serverName: name }) } : null,
    );
    // A probe may wait for something that is no connection, so the end of the run is waited for beside it.
    return orAborted(run.signal, probe.run(connection, run.signal)).finally(() =>
      options.onGreeting?.(connection.unasked),
    );
  });
}
