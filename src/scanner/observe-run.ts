import { setMaxListeners } from 'node:events';
import { PermanentError, PicketError } from '../domain/errors.ts';
import type { Facts, Observation, ObservationStatus } from '../domain/observation.ts';
import type { Profile } from '../domain/profile.ts';
import type { Target } from '../scope/target.ts';
import { toFacts } from './facts.ts';
import type { Pacing } from './pacing.ts';
import { oneLine } from './printable.ts';
import { ConversationError, type AnyProbe } from './probe.ts';
import { assertLeased } from './vetting.ts';

const maxDetail = 300;

export interface ObservedRun {
  readonly probe: AnyProbe;
  readonly target: Target;
  readonly name: string | null;
  /** Sockets that the run may hold open at once. */
  readonly sockets: number;
  readonly profile: Profile;
  readonly pacing: Pacing;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** A run of a probe that can be cut short from outside. */
export interface EndableRun {
  readonly signal: AbortSignal;
  readonly ending: Error | null;
  cut(reason: ConversationError): void;
  end(): void;
}

/**
 * Runs a probe when the lease and the authorisation allow it and sockets are free at the host, and makes whatever
 * comes of it an observation. Never rejects.
 */
export async function observeRun(options: ObservedRun, converse: () => Promise<Facts>): Promise<Observation> {
  const { probe, target, now, sockets, profile, pacing, signal } = options;
  // One signal halts all that is under way, which is meant, and more than Node would call a leak.
  setMaxListeners(0, signal);
  let startedAt = now();
  let started = performance.now();
  const observe = (outcome: Outcome): Observation => ({
    endpointId: target.endpoint.id,
    address: target.endpoint.address,
    transport: target.transport,
    port: target.port,
    probe: probe.id,
    name: options.name,
    ...outcome,
    observedAt: new Date(startedAt).toISOString(),
    durationMs: Math.round(performance.now() - started),
  });
  try {
    // Asked here too, so that what must not be scanned does not first queue for its turn.
    assertLeased(target, now());
    assertAllowed(probe, target);
    const release = await pacing.reserve(target.endpoint.address, sockets, profile, signal);
    startedAt = now();
    started = performance.now();
    try {
      const seen = await outcome(converse);
      // What was seen after the proof of ownership had run out may be a stranger's doing, a refusal included.
      if (seen.status !== 'halted' && seen.status !== 'failed') assertLeased(target, now());
      return observe(seen);
    } finally {
      release();
    }
  } catch (error) {
    return observe(failure(error));
  }
}

/** The facts that a probe makes of a run, which is cut short when `halt` is aborted, and ended afterwards. */
export async function factsOf(
  run: EndableRun,
  probe: AnyProbe,
  halt: AbortSignal,
  work: () => Promise<unknown>,
): Promise<Facts> {
  const onHalt = (): void =>
    run.cut(new ConversationError('halted', 'the run was halted', { cause: halt.reason }));
  halt.addEventListener('abort', onHalt, { once: true });
  if (halt.aborted) onHalt();
  try {
    const facts = await work();
    if (run.ending !== null) throw run.ending;
    return validated(probe, facts);
  } catch (error) {
    throw run.ending ?? error;
  } finally {
    halt.removeEventListener('abort', onHalt);
    run.end();
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

function validated(probe: AnyProbe, facts: unknown): Facts {
  const parsed = probe.facts.safeParse(facts);
  if (parsed.success) return toFacts(parsed.data);
  const issues = parsed.error.issues.slice(0, 3);
  const problems = issues.map(({ path, message }) => `${path.join('.') || 'facts'}: ${message}`);
  throw new Error(
    `the probe ${probe.id} returned facts that its schema does not allow: ${problems.join('; ')}`,
  );
}

type Outcome = Pick<Observation, 'status' | 'detail' | 'facts'>;

async function outcome(converse: () => Promise<Facts>): Promise<Outcome> {
  try {
    return { status: 'answered', detail: null, facts: await converse() };
  } catch (error) {
    return failure(error);
  }
}

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
