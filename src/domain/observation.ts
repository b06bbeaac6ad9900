import type { Transport } from './exposure.ts';

/**
 * What can come of one probe at one target; a closed list. Only `answered` carries facts. None of the others is a
 * verdict: not reached is not closed, and closed is not passed.
 */
export const observationStatuses = [
  /** The protocol was spoken and the probe has its facts. */
  'answered',
  /** The host said that nothing listens there. */
  'refused',
  /** No answer within the deadline. */
  'timed-out',
  /** The network said that the host or port cannot be reached. */
  'unreachable',
  /** The connection was broken off. */
  'reset',
  /** Something answered, but not in this protocol. */
  'garbled',
  /** The answer went over the probe's limit of bytes. */
  'too-large',
  /** The lease ran out or the address moved before the probe could finish. */
  'moved',
  /** The run was halted. */
  'halted',
  /** A defect of our own; never the peer's doing. */
  'failed',
] as const;

export type ObservationStatus = (typeof observationStatuses)[number];

export type FactValue = string | number | boolean | null | FactValue[] | { [key: string]: FactValue };
export type Facts = Readonly<Record<string, FactValue>>;

/** What one probe saw at one target. */
export interface Observation {
  readonly endpointId: string;
  readonly address: string;
  readonly transport: Transport;
  readonly port: number;
  readonly probe: string;
  /** The name (SNI, virtual host) under which it was seen; null for the address alone. */
  readonly name: string | null;
  readonly status: ObservationStatus;
  /** One sentence on why, for every status but `answered`. */
  readonly detail: string | null;
  /** Present exactly when the status is `answered`. */
  readonly facts: Facts | null;
  /** ISO 8601, UTC, milliseconds. */
  readonly observedAt: string;
  readonly durationMs: number;
}
