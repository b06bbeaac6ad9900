/** One port of the fleet. */
export interface FleetPort {
  readonly host: string;
  readonly address: string;
  readonly transport: 'tcp' | 'udp';
  readonly port: number;
  /** Id of the probe that must answer. */
  readonly protocol: string | null;
  readonly tls: 'none' | 'inside' | 'upgrade';
  /** Checks that fire there. */
  readonly fires: readonly string[];
}

export const keyOf = ({
  address,
  transport,
  port,
}: Pick<FleetPort, 'address' | 'transport' | 'port'>): string => `${transport}/${address}:${port}`;

/** The four lists of algorithms that an SSH server sends in the clear. */
export interface SshLists {
  readonly keyExchange: readonly string[];
  readonly hostKey: readonly string[];
  readonly encryption: readonly string[];
  readonly mac: readonly string[];
}

/** What one tool says of the fleet, in the words of the checks. */
export interface ToolReport {
  readonly tool: string;
  /** Checks that the tool could report at all; of others it is not held to anything. */
  readonly covers: ReadonlySet<string>;
  /** What it found, by port. */
  readonly found: ReadonlyMap<string, ReadonlySet<string>>;
  /** `version suite`, by port, where the tool lists suites. */
  readonly suites: ReadonlyMap<string, ReadonlySet<string>>;
  readonly algorithms: ReadonlyMap<string, SshLists>;
  /** Summed over its runs. */
  readonly wallMs: number;
  /** What all of it took, where runs were side by side. */
  readonly elapsedMs?: number;
  readonly cpuMs: number;
  readonly maxRssMb: number;
}
