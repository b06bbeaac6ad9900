import type { z } from 'zod';
import type { ScanClass } from '../domain/authorisation.ts';
import type { ObservationStatus } from '../domain/observation.ts';
import type { Connection } from './connection.ts';
import type { DatagramExchange } from './datagram-exchange.ts';

interface ProbeBasics<Facts extends z.ZodObject> {
  /** Equal to its file's name. */
  readonly id: string;
  /** What it looks at, for people. */
  readonly title: string;
  readonly defaultPorts: readonly number[];
  /** What it may look like to the host; without the authorisation's word it does not run. Default `read`. */
  readonly scanClass?: ScanClass;
  /** A strict schema; each field carries a description. It types the probe, the checks and the documentation. */
  readonly facts: Facts;
}

/** What a probe is, in one file under `probes/`. The folder is the registry. */
export interface Probe<Facts extends z.ZodObject = z.ZodObject> extends ProbeBasics<Facts> {
  readonly transport: 'tcp';
  /**
   * Where the protocol may be found: directly on the connection, inside TLS, or both. The framework does the
   * handshake before `run` for `tls`; `connection.encrypted` tells which it was.
   */
  readonly layers: readonly ('plain' | 'tls')[];
  /**
   * Runs only where the probe of this id has answered, in the same way (in the clear, inside TLS, after STARTTLS), and
   * is never a guess. For what asks more of a protocol that another probe has recognised.
   */
  readonly follows?: string;
  /** Whether it also runs once for each name that the endpoint goes by, as server name (SNI) and virtual host. */
  readonly perName?: boolean;
  /** Bytes that may be received in all, over all connections of one run of the probe. Default 64 KiB. */
  readonly maxBytes?: number;
  /**
   * Connections that one run of the probe may hold open at the same time. Default 1. They are set aside at the host
   * before the run begins, so that runs never wait for one another's.
   */
  readonly connectionsAtOnce?: number;
  /**
   * Whether these bytes are this protocol: what a server says unasked, or its complaint about a line of HTTP. At most
   * 4 KiB.
   */
  recognises?(words: Buffer): boolean;
  /**
   * For protocols with an upgrade to TLS: brings a fresh connection in the clear to the point at which the client's
   * handshake begins. Throws a `ConversationError` with `garbled` when the server declines. Its facts then have a
   * boolean `startTlsOffered`.
   */
  startTls?(connection: Connection): Promise<void>;
  run(connection: Connection, signal: AbortSignal): Promise<z.infer<Facts>>;
}

/** A probe over UDP, where a question is one datagram and, without an answer, the same once more. */
export interface DatagramProbe<Facts extends z.ZodObject = z.ZodObject> extends ProbeBasics<Facts> {
  readonly transport: 'udp';
  run(exchange: DatagramExchange, signal: AbortSignal): Promise<z.infer<Facts>>;
}

export type AnyProbe = Probe | DatagramProbe;

/** Checks a probe's shape at compile time and gives it its types. */
export function defineProbe<Facts extends z.ZodObject>(probe: Probe<Facts>): Probe<Facts> {
  return probe;
}

/** {@link defineProbe} for probes over UDP. */
export function defineDatagramProbe<Facts extends z.ZodObject>(
  probe: DatagramProbe<Facts>,
): DatagramProbe<Facts> {
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
