import type { Logger } from 'pino';
import type { Aws } from '../aws/clients.ts';
import type { Identity } from '../aws/identity.ts';
import type { Database } from '../ledger/database.ts';
import type { Dial } from '../scanner/dialler.ts';
import type { Pacing } from '../scanner/pacing.ts';
import type { Probe } from '../scanner/probe.ts';
import type { Scope } from '../scope/scope.ts';
import type { Settings } from '../settings/settings.ts';

/** What every step of a run works with; put together once by the composition root. */
export interface RunContext {
  readonly database: Database;
  readonly settings: Settings;
  readonly aws: Aws;
  readonly identity: Identity;
  readonly scope: Scope;
  readonly probes: ReadonlyMap<string, Probe>;
  readonly pacing: Pacing;
  readonly dial: Dial;
  /** Who we say that we are, where a protocol asks. */
  readonly userAgent: string;
  readonly logger: Logger;
  readonly now: () => Date;
}
