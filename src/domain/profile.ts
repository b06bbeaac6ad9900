import type { Transport } from './exposure.ts';

/** One line of the port catalogue: what usually listens there, and which probes ask first. */
export interface PortEntry {
  readonly port: number;
  readonly transport: Transport;
  readonly service: string;
  readonly probes: readonly string[];
}

/** What a scan profile probes and at what pace. */
export interface Profile {
  readonly id: string;
  /** Ports that are scanned at every endpoint, whatever the exposure says: they prove the exposure model right. */
  readonly sweep: readonly number[];
  /** An exposed range of at most this many ports is scanned port by port; of a wider one, the catalogue's ports in it. */
  readonly expandRangesUpTo: number;
  /** Probes that are tried in this order where the port catalogue has no advice. */
  readonly probesOnUnknownPorts: readonly string[];
  readonly connectTimeoutMs: number;
  readonly probeDeadlineMs: number;
  /** How long a peer has until its first byte where nothing but its turn speaks for the probe. */
  readonly guessDeadlineMs: number;
  /** How long a UDP service has for an answer, each of the two times that it is asked. */
  readonly datagramWaitMs: number;
  /** Names (SNI, virtual hosts) under which one port is looked at, beside its address. */
  readonly namesPerPort: number;
  /** How long a port that has accepted is listened to before we speak. */
  readonly greetingWaitMs: number;
  /** Sockets open at one host at the same time. */
  readonly socketsPerHost: number;
  /** New connections to one host in a second. */
  readonly connectionsPerSecondPerHost: number;
  /** Endpoints that one worker scans at the same time. */
  readonly endpointsAtOnce: number;
}
