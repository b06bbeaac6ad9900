import type { z } from 'zod';
import type { Transport } from '../domain/exposure.ts';
import type { ObservationStatus } from '../domain/observation.ts';
import type { Connection } from './connection.ts';

/** What a probe is, in one file under `probes/`. The folder is the registry. */
export interface Probe<Facts extends z.ZodObject = z.ZodObject> {
  /** Equal to its file's name. */
  readonly id: string;
  /** What it looks at, for people. */
  readonly title: string;
  readonly transport: Transport;
  readonly defaultPorts: readonly number[];
  /**
   * Where the protocol may be found: directly on the connection, inside TLS, or both. The framework does the
   * handshake before `run` for `tls`; `connection.encrypted` tells which it was.
   */
  readonly layers: readonly ('plain' | 'tls')[];
  /** A strict schema; each field carries a description. It types the probe, the checks and the documentation. */
  readonly facts: Facts;
  /** Bytes that may be received in all, over all connections of one run of the probe. Default 64 KiB. */
  readonly maxBytes?: number;
  /**
   * Connections that one run of the probe may hold open at the same time. Default 1. They are set aside at the host
   * before the run begins, so that runs never wait for one another's.
   */
  readonly connectionsAtOnce?: number;
  /** For protocols in which the server speaks first: whether these first bytes are this protocol. */
  recognises?(greeting: Buffer): boolean;
  run(connection: Connection, signal: AbortSignal): Promise<z.infer<Facts>>;
}

/** Checks a probe's shape at compile time and gives it its types. */
export function defineProbe<Facts extends z.ZodObject>(probe: Probe<Facts>): Probe<Facts> {
  return probe;
}

/**
 * A conversation that came to an end for a reason outside the probe. Probes throw one only with `garbled`, when the
 * peer answers in another protocol; all other reasons come from the framework.
 */
export class ConversationError extends Error {
  readonly status: Exclude<ObservationStatus, 'answered'>;

  constructor(status: Exclude<ObservationStatus, 'answered'>, detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.name = 'ConversationError';
    this.status = status;
  }
}
