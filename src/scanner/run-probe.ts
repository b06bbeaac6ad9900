import { setMaxListeners } from 'node:events';
import { PermanentError, PicketError } from '../domain/errors.ts';
import type { Facts, Observation, ObservationStatus } from '../domain/observation.ts';
import type { Profile } from '../domain/profile.ts';
import type { Target } from '../scope/target.ts';
import type { TlsOptions } from './connection.ts';
import type { Dial } from './dialler.ts';
import { toFacts } from './facts.ts';
import type { Pacing } from './pacing.ts';
import { oneLine } from './printable.ts';
import { ConversationError, type AnyProbe, type Probe } from './probe.ts';
import { ProbeRun } from './probe-run.ts';
import { abortReason } from './socket-errors.ts';
import { assertLeased } from './vetting.ts';

const defaultMaxBytes = 64 * 1024;
const defaultConnectionsAtOnce = 1;
const maxDetail = 300;

/** How the framework shakes hands for probes inside TLS: with whatever our OpenSSL can still be talked into. */
const anyTls: TlsOptions = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' };

/** What scanning needs, whatever is scanned. */
export interface ScanContext {
  readonly profile: Profile;
  readonly pacing: Pacing;
  readonly dial: Dial;
  /** Aborted to halt the run. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch; the clock that leases are held against. */
  readonly now: () => number;
  readonly userAgent: string;
  /** CA certificates (PEM) that the operator trusts at this endpoint, beside the platform's. Default none. */
  readonly trustedCas?: readonly string[];
}

export interface RunProbeOptions extends ScanContext {
  readonly probe: Probe;
  readonly target: Target;
  readonly layer: 'plain' | 'tls';
  /** The name to look under, for SNI and `Host`; absent for the address alone. */
  readonly name?: string | null;
  /** The probe whose STARTTLS every connection goes through first. */
  readonly startTls?: Probe | null;
  /** Whether nothing but its turn speaks for this probe; then it has less time. */
  readonly guess?: boolean;
  /** Given what the peer said before the probe said anything, as far as the probe has read it. */
  readonly onGreeting?: (greeting: Buffer) => void;
}

/**
 * Runs one probe at one target within its limits. Never rejects: whatever the peer does, and whatever the probe gets
 * wrong, is the observation's status, with a sentence. All connections are closed when it resolves.
 */
export async function runProbe(options: RunProbeOptions): Promise<Observation> {
  const { probe, target, now } = options;
  // One signal halts all that is under way, which is meant, and more than Node would call a leak.
  setMaxListeners(0, options.signal);
  let startedAt = now();
  let started = performance.now();
  const observe = (outcome: Outcome): Observation => ({
    endpointId: target.endpoint.id,
    address: target.endpoint.address,
    transport: target.transport,
    port: target.port,
    probe: probe.id,
    name: options.name ?? null,
    ...outcome,
    observedAt: new Date(startedAt).toISOString(),
    durationMs: Math.round(performance.now() - started),
  });
  try {
    // Asked here too, so that what must not be scanned does not first queue for its turn.
    assertLeased(target, now());
    assertAllowed(probe, target);
    const limits = options.profile;
    const sockets = Math.min(probe.connectionsAtOnce ?? defaultConnectionsAtOnce, limits.socketsPerHost);
    const release = await options.pacing.reserve(target.endpoint.address, sockets, limits, options.signal);
    startedAt = now();
    started = performance.now();
    try {
      return observe(await outcome(options, sockets));
    } finally {
      release();
    }
  } catch (error) {
    return observe(failure(error));
  }
}

/** A class of probe that the authorisation does not name sends nothing, however it came to be asked for. */
function assertAllowed({ id, scanClass = 'read' }: AnyProbe, { lease }: Target): void {
  if (lease.classes.includes(scanClass)) return;
  throw new PermanentError('probe-not-authorised', {
    what: `The probe ${id} is of the class ${scanClass}, which the authorisation does not allow`,
    where: lease.authorisationId,
    got: lease.classes.join(', '),
    expected: `${scanClass} among its classes`,
  });
}

async function outcome(options: RunProbeOptions, sockets: number): Promise<Outcome> {
  const { target, now } = options;
  let seen: Outcome;
  try {
    seen = { status: 'answered', detail: null, facts: await converse(options, sockets) };
  } catch (error) {
    seen = failure(error);
  }
  // What was seen after the proof of ownership had run out may be a stranger's doing, a refusal included.
  if (seen.status !== 'halted' && seen.status !== 'failed') assertLeased(target, now());
  return seen;
}

async function converse(options: RunProbeOptions, sockets: number): Promise<Facts> {
  const { probe, signal: halt } = options;
  const { profile, name = null, startTls = null, trustedCas = [] } = options;
  const run = new ProbeRun({
    ...options,
    sockets,
    maxBytes: probe.maxBytes ?? defaultMaxBytes,
    name,
    startTls,
    trustedCas,
    deadlineMs: options.guess === true ? profile.guessDeadlineMs : profile.probeDeadlineMs,
  });
  const onHalt = (): void =>
    run.cut(new ConversationError('halted', 'the run was halted', { cause: halt.reason }));
  halt.addEventListener('abort', onHalt, { once: true });
  if (halt.aborted) onHalt();
  try {
    const connection = await run.open(
      options.layer === 'tls' ? { ...anyTls, ...(name === null ? {} : { serverName: name }) } : null,
    );
    // A probe may wait for something that is no connection, so the end of the run is waited for beside it.
    const facts = await orAborted(run.signal, probe.run(connection, run.signal)).finally(() =>
      options.onGreeting?.(connection.unasked),
    );
    if (run.ending !== null) throw run.ending;
    return validated(probe, facts);
  } catch (error) {
    throw run.ending ?? error;
  } finally {
    halt.removeEventListener('abort', onHalt);
    run.end();
  }
}

function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function validated(probe: Probe, facts: unknown): Facts {
  const parsed = probe.facts.safeParse(facts);
  if (parsed.success) return toFacts(parsed.data);
  const issues = parsed.error.issues.slice(0, 3);
  const problems = issues.map(({ path, message }) => `${path.join('.') || 'facts'}: ${message}`);
  throw new Error(
    `the probe ${probe.id} returned facts that its schema does not allow: ${problems.join('; ')}`,
  );
}

type Outcome = Pick<Observation, 'status' | 'detail' | 'facts'>;

function failure(error: unknown): Outcome {
  const status: ObservationStatus = error instanceof ConversationError ? error.status : 'failed';
  const message = error instanceof Error ? error.message : String(error);
  const named = status === 'failed' && error instanceof Error && !(error instanceof PicketError);
  return {
    status,
    // The message may quote the peer, who must not get to write into a terminal.
    detail: oneLine(named && error.name !== 'Error' ? `${error.name}: ${message}` : message, maxDetail),
    facts: null,
  };
}
