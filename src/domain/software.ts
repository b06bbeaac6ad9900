/** A product as vulnerability databases name it: the values of CPE's vendor and product, unquoted, in lower case. */
export interface ProductName {
  readonly vendor: string;
  readonly product: string;
}

/** One piece of software that a service gave away, as far as it can be told from the outside. */
export interface Software extends ProductName {
  /** CPE's part: an application, an operating system, or hardware. */
  readonly part: 'a' | 'o' | 'h';
  /** What people call it. */
  readonly name: string;
  /** Other names under which vulnerability databases list the same product. */
  readonly aliases: readonly ProductName[];
  /** Null when the service does not tell. */
  readonly version: string | null;
  /** What CPE keeps apart from the version: the patch level `p1` of OpenSSH 9.2p1, `rc2`; null without one. */
  readonly update: string | null;
  /** CPE 2.3 formatted string. */
  readonly cpe: string;
  /** The distribution whose build it is; null when nothing says that it is one's. */
  readonly distribution: string | null;
  /** Whether the build is a distribution's, which corrects faults without changing the version that is shown. */
  readonly backported: boolean;
  /** What it runs on, where that can be told: linux, freebsd, windows. */
  readonly platform: string | null;
  /** The fact that gave it away, such as `http.server`. */
  readonly source: string;
}

/** One key for a product, `vendor:product`. Neither part holds a colon. */
export function productKey({ vendor, product }: ProductName): string {
  return `${vendor}:${product}`;
}
