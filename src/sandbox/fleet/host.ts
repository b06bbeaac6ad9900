/** What a port of the fleet speaks. */
export type FleetProtocol = 'http' | 'https' | 'ssh' | 'smtp' | 'mqtt' | 'mqtts' | 'postgres';

/** What is wrong with a port of the fleet, in words of the sandbox; a good port has none of them. */
export type Trait =
  | 'tls-1.0-accepted'
  | 'tls-1.1-accepted'
  | 'certificate-expired'
  | 'certificate-expires-soon'
  | 'certificate-self-signed'
  | 'certificate-valid-too-long'
  | 'certificate-weak-key'
  | 'http-content-in-clear'
  | 'http-login-in-clear'
  | 'http-hsts-missing'
  | 'http-csp-missing'
  | 'http-frame-protection-missing'
  | 'http-nosniff-missing'
  | 'http-version-disclosed'
  | 'http-cors-any-origin'
  | 'http-error-page-verbose'
  | 'http-cookie-without-secure'
  | 'http-cookie-without-httponly'
  | 'http-cookie-without-samesite'
  | 'http-directory-listing'
  | 'http-git-exposed'
  | 'http-env-exposed'
  | 'http-dump-exposed'
  | 'http-status-page-exposed'
  | 'http-dangerous-methods'
  | 'http-security-txt-missing'
  | 'ssh-weak-kex'
  | 'ssh-weak-cipher'
  | 'ssh-weak-mac'
  | 'ssh-weak-host-key-algorithm'
  | 'ssh-short-host-key'
  | 'ssh-password-offered'
  | 'smtp-no-starttls'
  | 'smtp-auth-in-clear'
  | 'mqtt-anonymous'
  | 'postgres-no-tls'
  | 'postgres-no-password';

/** One listening port. All fields are live: after {@link Fleet.mend} they tell of the new server. */
export interface FleetPort {
  readonly port: number;
  readonly protocol: FleetProtocol;
  /** What it is, in one line for people. */
  readonly note: string;
  readonly traits: readonly Trait[];
  /** The traits that mending takes away, and with them the findings that must be resolved; empty once mended. */
  readonly mends: readonly Trait[];
  /** TCP connections accepted so far. */
  readonly connections: number;
}

/** One address with its servers; in single-address mode several hosts have the same address. */
export interface FleetHost {
  readonly name: string;
  readonly address: string;
  readonly ports: readonly FleetPort[];
  /** The traits of all ports, each once. */
  readonly traits: readonly Trait[];
  /** Whether {@link Fleet.mend} can still make it better. */
  readonly mendable: boolean;
  /**
   * `scan`: meant to be covered by an authorisation. `leave-alone`: up and reachable, but meant to have none, so
   * that its `connections` prove that it was left alone.
   */
  readonly purpose: 'scan' | 'leave-alone';
  /** TCP connections accepted so far, over all ports. */
  readonly connections: number;
}

/** Somebody else's machine: it only counts who connects to it. */
export interface Stranger {
  readonly address: string;
  readonly ports: readonly number[];
  /** TCP connections accepted so far, over all ports. */
  readonly connections: number;
}

export interface Fleet {
  /** Whether all of it, the stranger too, runs at 127.0.0.1 with different ports. */
  readonly singleAddress: boolean;
  /** The authority that issued the certificates, PEM. */
  readonly ca: string;
  readonly hosts: readonly FleetHost[];
  readonly stranger: Stranger;
  /**
   * Replaces every bad server of a host by a good one at the same address and port, and ends its connections. What
   * goes is told beforehand by `mends` of its ports. Mending twice does nothing more. Fails with `sandbox-no-such-host`,
   * with `sandbox-not-mendable` when the host has no good counterpart, and with `sandbox-fleet-closed` after `close`.
   */
  mend(name: string): Promise<void>;
  /** Ends all servers, connections and timers. Safe to call twice. */
  close(): Promise<void>;
}
