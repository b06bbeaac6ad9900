import type { ScanClass } from '../../src/domain/authorisation.ts';
import type { Transport } from '../../src/domain/exposure.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { BoundSocket } from './sockets.ts';

/** What Picket says of one endpoint of the fleet. */
export interface ScannedEndpoint {
  readonly transport: Transport;
  readonly port: number;
  /** Of the port. */
  readonly state: string;
  /** Whether a second look agreed that the port is open. */
  readonly confirmed: boolean;
  /** Ids of the probes that answered, without those that only carry or follow others. */
  readonly protocols: readonly string[];
  readonly tls: 'none' | 'inside' | 'upgrade';
  /** The checks that fire, each with the name under which; '' is the address alone. */
  readonly fires: readonly { readonly check: string; readonly name: string }[];
  readonly observations: readonly Observation[];
}

export interface ScannedHost {
  readonly name: string;
  readonly address: string;
  readonly wallMs: number;
  /** Null when other hosts were scanned at the same time. */
  readonly cpuMs: number | null;
  readonly endpoints: readonly ScannedEndpoint[];
  /** Checks that could not be evaluated. */
  readonly failures: readonly string[];
}

export interface ScannedFleet {
  readonly classes: readonly ScanClass[];
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly hosts: readonly ScannedHost[];
}

/** What `main.ts scan` prints. */
export interface FleetReport {
  /** When each server served, in milliseconds from the start of the first. */
  readonly startMs: Readonly<Record<string, number>>;
  /** Servers that were not started, each with the reason. */
  readonly skipped: readonly string[];
  /** Sockets that belong to none of the endpoints. */
  readonly others: readonly BoundSocket[];
  readonly scans: readonly ScannedFleet[];
  /** The probes that a scan runs and the checks that it evaluates, each with its class. */
  readonly probes: Readonly<Record<string, ScanClass>>;
  readonly checks: Readonly<Record<string, ScanClass>>;
}
