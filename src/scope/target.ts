import type { ScanClass } from '../domain/authorisation.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Transport } from '../domain/exposure.ts';

declare const brand: unique symbol;

/**
 * Proof that an address was the endpoint's own when EC2 was last read. The holder renews it in place, so what was
 * cleared under it stays cleared exactly as long as the proof is fresh.
 */
export interface Lease {
  readonly endpointId: string;
  readonly address: string;
  readonly authorisationId: string;
  /** Classes of probes that the authorisation allows now. */
  readonly classes: readonly ScanClass[];
  /** Milliseconds since the epoch: when the call that proved ownership was *sent*. */
  readonly provedAt: number;
  /** Milliseconds since the epoch. From then on no packet may leave. */
  readonly expiresAt: number;
}

/** An endpoint and a port that scope has cleared. Cannot be written as a literal; see {@link mintTarget}. */
export interface Target {
  readonly [brand]: true;
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  readonly port: number;
  readonly lease: Lease;
}

/** An endpoint that scope has cleared, from which targets for its ports are made. */
export interface Clearance {
  readonly endpoint: Endpoint;
  readonly lease: Lease;
  target(transport: Transport, port: number): Target;
}

const minted = new WeakSet<object>();

/** Makes a target. Only `scope/` may call this (held by the architecture test). */
export function mintTarget(endpoint: Endpoint, transport: Transport, port: number, lease: Lease): Target {
  const target = Object.freeze({ endpoint, transport, port, lease }) as Target;
  minted.add(target);
  return target;
}

/** Whether the object was really minted, for callers that must not trust the type alone. */
export function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null && minted.has(value);
}
