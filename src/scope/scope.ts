import type { Authorisation } from '../domain/authorisation.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { PermanentError, RetryableError } from '../domain/errors.ts';
import type { Transport } from '../domain/exposure.ts';
import { refusalReason } from './address.ts';
import { authorise } from './authorisations.ts';
import { exclusionReason } from './exclusions.ts';
import { type LeaseClocks, LeaseHandle, longestLeaseMs } from './lease.ts';
import type { Ownership, OwnershipReader } from './ownership.ts';
import { type Clearance, mintTarget, type Target } from './target.ts';

export interface ScopeOptions {
  readonly ownership: OwnershipReader;
  /** As a function, it is asked anew at every decision: what it no longer returns is revoked. */
  readonly authorisations: readonly Authorisation[] | (() => readonly Authorisation[]);
  /** Milliseconds, more than 0 and at most 300,000. */
  readonly leaseMs: number;
  /** Whether loopback is allowed, and nothing else is. */
  readonly sandbox: boolean;
  /** Milliseconds since the epoch; the ownership reader must use the same clock. */
  readonly now?: (() => number) | undefined;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic?: (() => number) | undefined;
}

export type ClearResult =
  | { readonly endpoint: Endpoint; readonly outcome: 'cleared'; readonly clearance: Clearance }
  | {
      readonly endpoint: Endpoint;
      readonly outcome: 'not-authorised' | 'excluded' | 'moved' | 'not-covered';
      readonly reason: string;
    };

export type RenewResult =
  | { readonly clearance: Clearance; readonly outcome: 'renewed' }
  | {
      readonly clearance: Clearance;
      /** With `not-covered` the lease is as it was, and runs out. With the others it has ended. */
      readonly outcome: 'moved' | 'not-authorised' | 'not-covered';
      readonly reason: string;
    };

export type Confirmation = 'owned' | 'moved' | 'unknown';

/** Decides what may be scanned, and for how long. Nothing else makes a target. */
export interface Scope {
  /** One result for each endpoint, in their order. EC2 is asked only about those that all other rules allow. */
  clear(endpoints: readonly Endpoint[], signal?: AbortSignal): Promise<ClearResult[]>;
  /** Extends the leases in place where EC2 still says that the address is the endpoint's own. */
  renew(clearances: readonly Clearance[], signal?: AbortSignal): Promise<RenewResult[]>;
  /**
   * Reads ownership once more after a scan, by endpoint id. What was seen at an address that is not `owned` must be
   * thrown away.
   */
  confirm(clearances: readonly Clearance[], signal?: AbortSignal): Promise<Map<string, Confirmation>>;
}

/** Throws `scope-lease-invalid` when the lease is longer than five minutes. */
export function createScope(options: ScopeOptions): Scope {
  const { ownership, leaseMs, sandbox, now = Date.now, monotonic = () => performance.now() } = options;
  const given = options.authorisations;
  const authorisations = typeof given === 'function' ? given : () => given;
  if (!(leaseMs > 0 && leaseMs <= longestLeaseMs)) {
    throw new PermanentError('scope-lease-invalid', {
      what: 'The lease of a target has a length that is not allowed',
      got: `${leaseMs} ms`,
      expected: `more than 0 and at most ${longestLeaseMs} ms`,
    });
  }
  const clocks: LeaseClocks = { leaseMs, now, monotonic, authorisations };
  const handles = new WeakMap<Clearance, LeaseHandle>();

  const handleOf = (clearance: Clearance): LeaseHandle => {
    const handle = handles.get(clearance);
    if (handle !== undefined) return handle;
    throw new PermanentError('scope-clearance-foreign', {
      what: 'The clearance was not given by this scope',
    });
  };

  /** The reader's answers and the tick before it was asked. Whatever goes wrong is `unknown`: it fails closed. */
  const prove = async (
    endpoints: readonly Endpoint[],
    signal: AbortSignal | undefined,
  ): Promise<{ tick: number; answers: readonly Ownership[] }> => {
    const tick = monotonic();
    if (endpoints.length === 0) return { tick, answers: [] };
    try {
      const answers = await ownership.read(endpoints, signal);
      return { tick, answers: endpoints.map((_, index) => answers[index] ?? unread('no answer')) };
    } catch (error) {
      signal?.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      return { tick, answers: endpoints.map(() => unread(reason)) };
    }
  };

  const refuse = (endpoint: Endpoint): Exclude<ClearResult, { outcome: 'cleared' }> | null => {
    const excluded = exclusionReason(endpoint) ?? refusalReason(endpoint.address, { sandbox });
    if (excluded !== null) return { endpoint, outcome: 'excluded', reason: excluded };
    const authorised = authorise(authorisations(), endpoint, now());
    return authorised.authorised ? null : { endpoint, outcome: 'not-authorised', reason: authorised.reason };
  };

  const grant = (endpoint: Endpoint, provedAt: number, provedTick: number): ClearResult => {
    // Time has passed while EC2 was read: an authorisation may have ended, the proof may be too old already.
    const authorised = authorise(authorisations(), endpoint, now());
    if (!authorised.authorised) return { endpoint, outcome: 'not-authorised', reason: authorised.reason };
    const terms = { endpoint, authorisation: authorised.authorisation, provedAt, provedTick };
    const handle = new LeaseHandle(terms, clocks);
    if (handle.expired) return { endpoint, outcome: 'not-covered', reason: 'EC2 took longer than a lease' };
    const clearance = clearanceOf(handle);
    handles.set(clearance, handle);
    return { endpoint, outcome: 'cleared', clearance };
  };

  return {
    async clear(endpoints, signal) {
      // Copies: nobody may change an endpoint after it was judged.
      const frozen = endpoints.map((endpoint) => Object.freeze({ ...endpoint }));
      const results = frozen.map(refuse);
      const open = frozen.filter((_, index) => results[index] === null);
      const { tick, answers } = await prove(open, signal);
      let next = 0;
      return frozen.map((endpoint, index): ClearResult => {
        const refused = results[index];
        if (refused !== null && refused !== undefined) return refused;
        const answer = answers[next++] ?? unread('no answer');
        if (answer.state === 'owned') return grant(endpoint, answer.provedAt, tick);
        const outcome = answer.state === 'moved' ? 'moved' : 'not-covered';
        return { endpoint, outcome, reason: answer.reason };
      });
    },

    async renew(clearances, signal) {
      const held = clearances.map((clearance) => ({ clearance, handle: handleOf(clearance) }));
      const { tick, answers } = await prove(
        held.map(({ handle }) => handle.endpoint),
        signal,
      );
      return held.map(({ clearance, handle }, index): RenewResult => {
        const answer = answers[index] ?? unread('no answer');
        if (answer.state === 'moved') handle.end(answer.reason);
        if (handle.ended !== null) return { clearance, outcome: 'moved', reason: handle.ended };
        const authorised = authorise(authorisations(), handle.endpoint, now());
        if (!authorised.authorised) {
          // Not ended for good: the lease reads the authorisations itself and has expired with them.
          return { clearance, outcome: 'not-authorised', reason: authorised.reason };
        }
        if (answer.state !== 'owned') return { clearance, outcome: 'not-covered', reason: answer.reason };
        const { authorisation } = authorised;
        handle.extend({ authorisation, provedAt: answer.provedAt, provedTick: tick });
        return handle.expired
          ? { clearance, outcome: 'not-covered', reason: 'EC2 took longer than a lease' }
          : { clearance, outcome: 'renewed' };
      });
    },

    async confirm(clearances, signal) {
      const held = clearances.map(handleOf);
      const { answers } = await prove(
        held.map(({ endpoint }) => endpoint),
        signal,
      );
      const confirmed = new Map<string, Confirmation>();
      held.forEach((handle, index) => {
        const answer = answers[index] ?? unread('no answer');
        if (answer.state === 'moved') handle.end(answer.reason);
        // An address that came back after it had moved was someone else's in between.
        const state = handle.ended === null ? answer.state : 'moved';
        confirmed.set(handle.endpoint.id, graver(confirmed.get(handle.endpoint.id), state));
      });
      return confirmed;
    },
  };
}

function clearanceOf(handle: LeaseHandle): Clearance {
  const { endpoint, lease } = handle;
  return Object.freeze({
    endpoint,
    lease,
    /** Throws `scope-lease-expired` (retryable: it may be renewed) and `scope-port-invalid`. */
    target(transport: Transport, port: number): Target {
      if (!Number.isInteger(port) || port < 1 || port > 65_535 || !['tcp', 'udp'].includes(transport)) {
        throw new PermanentError('scope-port-invalid', {
          what: `There is no such port at ${endpoint.address}`,
          got: `${transport} ${port}`,
          expected: 'tcp or udp, 1 to 65535',
        });
      }
      if (handle.expired) {
        throw new RetryableError('scope-lease-expired', {
          what: `The lease of ${endpoint.address} has run out`,
          where: endpoint.id,
          ...(handle.ended === null ? {} : { got: handle.ended }),
        });
      }
      return mintTarget(endpoint, transport, port, lease);
    },
  });
}

function unread(reason: string): Ownership {
  return { state: 'unknown', reason };
}

/** Where one endpoint id stands for two addresses, the worse answer counts for both. */
function graver(left: Confirmation | undefined, right: Confirmation): Confirmation {
  const order: readonly Confirmation[] = ['owned', 'unknown', 'moved'];
  return left !== undefined && order.indexOf(left) > order.indexOf(right) ? left : right;
}
