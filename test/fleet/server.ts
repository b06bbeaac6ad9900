import type { Certificates } from './certificates.ts';
import type { User } from './processes.ts';

export interface ServeOptions {
  /** As whom it runs; nobody by default. */
  readonly user?: User;
  /** What it writes once it serves, for those that listen before they do. */
  readonly ready?: RegExp;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a server of the fleet is given to work with. Paths are absolute; files belong to nobody. */
export interface Place {
  /** A directory of its own. */
  readonly directory: string;
  readonly certificates: Certificates;
  /** The address of one of its hosts, as its truth names it. */
  address(host: string): string;
  /** Writes a file into the directory, or into a folder of it, and gives its path. */
  file(name: string, text: string | Buffer): Promise<string>;
  /** Makes a folder in the directory and gives its path. */
  folder(name: string): Promise<string>;
  /** Runs a command to its end and gives its output. */
  run(program: string, args: readonly string[], options?: Omit<ServeOptions, 'ready'>): Promise<string>;
  /** Starts a command that stays. */
  serve(program: string, args: readonly string[], options?: ServeOptions): void;
}

/** One software, with as many instances as its truth has hosts. */
export interface FleetServer {
  /** Also the name of its file of truth. */
  readonly name: string;
  /** What must be installed for it. */
  readonly programs: readonly string[];
  /** Whether it needs the machine's root, and not only that of a namespace. */
  readonly needsRoot?: boolean;
  /** Whether it binds only addresses that an interface has. */
  readonly bindsInterfaces?: boolean;
  /** Starts its processes; resolves when all are started, not when they serve. */
  start(place: Place): Promise<void>;
}
