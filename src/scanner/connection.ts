import type { Target } from '../scope/target.ts';

/** How to speak TLS on a connection. Certificates are never a reason to hang up: probes report, checks judge. */
export interface TlsOptions {
  /** Server name to ask for; never an IP address. */
  readonly serverName?: string;
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  /** OpenSSL cipher string, for example `ALL:@SECLEVEL=0` to reach legacy servers. */
  readonly ciphers?: string;
  readonly alpn?: readonly string[];
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** What a completed handshake agreed on. */
export interface TlsSession {
  readonly protocol: TlsVersion;
  /** The standard (IANA) name of the suite. */
  readonly cipher: string;
  /** DER, the leaf first, in the order in which the server sent them; at most 16. */
  readonly certificates: readonly Buffer[];
  /** OpenSSL's verdict against the platform's roots, null when it trusts the chain. */
  readonly verifyError: string | null;
}

export interface HttpRequest {
  /** `TRACE` is for probes of the class `method` only. */
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'TRACE';
  /** Origin form, for example `/robots.txt`. */
  readonly path: string;
  /** Defaults to the endpoint's address. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Body bytes to keep, at most 1 MiB; the rest is not read. Default 64 KiB. */
  readonly maxBodyBytes?: number;
  /** How long this request may take, where that is to be less than the probe has; then it ends in `timed-out`. */
  readonly timeoutMs?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly httpVersion: string;
  /** Names in lower case, in the order received, repeated ones kept apart. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Whether the body was longer than what was kept, or ended too early, or did not end. */
  readonly truncated: boolean;
}

/** A listener of the scanner's own that says `token` to whoever connects: proof that a peer passes things on. */
export interface CanaryAddress {
  readonly address: string;
  readonly port: number;
  readonly token: string;
}

/**
 * A bounded conversation with one target. The framework opens it, counts every byte against the probe's limit and
 * ends it at the probe's deadline; all methods reject with a `ConversationError` when the peer, the limit or the
 * deadline ends it. Nothing here can reach any other address.
 */
export interface Connection {
  readonly target: Target;
  /** The name under which the endpoint is being looked at: for SNI and for `Host`. Null for the address alone. */
  readonly name: string | null;
  /** The protocol whose STARTTLS has led here; null for a connection that began as it is. */
  readonly startTlsOf: string | null;
  /** How many connections the probe may hold open at once, this one included. */
  readonly sockets: number;
  /** CA certificates (PEM) that the operator trusts at this endpoint, beside the platform's. */
  readonly trustedCas: readonly string[];
  /** Where a relay is to be led to, to prove that it is one; null when none is configured. */
  readonly canary: CanaryAddress | null;
  /** Whether the bytes that the probe sees travel inside TLS. */
  readonly encrypted: boolean;
  readonly bytesReceived: number;
  /**
   * What the peer says before we have said anything, at most 4 KiB, waiting for it as long as the profile allows;
   * empty when it stays silent. A peer that hangs up meanwhile is no error here.
   */
  greeting(): Promise<Buffer>;
  /** The next bytes that arrive, at least one. An empty buffer means that the peer ended its side. */
  read(): Promise<Buffer>;
  /** Exactly `length` bytes; ends in `garbled` when the peer ends earlier. */
  readExactly(length: number): Promise<Buffer>;
  /** Up to and including the delimiter; ends in `garbled` when `limit` bytes have come without it. */
  readUntil(delimiter: string, limit: number): Promise<Buffer>;
  /** Whatever has come once `quietMs` have passed without a byte, possibly nothing; at most `limit` bytes. */
  readUntilQuiet(quietMs: number, limit: number): Promise<Buffer>;
  write(data: Buffer | string): Promise<void>;
  /** Upgrades this connection; everything after it is encrypted. */
  startTls(options?: TlsOptions): Promise<TlsSession>;
  /** One request on this connection with `Connection: close`; nothing else may be sent on it afterwards. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /**
   * One more connection to the same target, under the same limits and deadline; encrypted when this one is. How many
   * may be open at once is the probe's `connectionsAtOnce`, so close those that are done with.
   */
  another(): Promise<Connection>;
  /** Gives the socket back at once. Safe to call twice. */
  close(): void;
}
