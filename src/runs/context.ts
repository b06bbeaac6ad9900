import type { Logger } from 'pino';
import type { Aws } from '../aws/clients.ts';
import type { Identity } from '../aws/identity.ts';
import type { Database } from '../ledger/database.ts';
import type { CanaryAddress } from '../scanner/connection.ts';
import type { DialDatagram } from '../scanner/datagram-dialler.ts';
import type { Dial } from '../scanner/dialler.ts';
import type { Pacing } from '../scanner/pacing.ts';
import type { Probes } from '../scanner/registry.ts';
import type { Scope } from '../scope/scope.ts';
import type { Settings } from '../settings/settings.ts';
import type { SoftwareKnowledge } from '../software/knowledge.ts';

/** What every step of a run works with; put together once by the composition root. */
export interface RunContext {
  readonly database: Database;
  readonly settings: Settings;
  readonly aws: Aws;
  readonly identity: Identity;
  readonly scope: Scope;
  readonly probes: Probes;
  /** How software is recognised, and what is known of it without any feed. */
  readonly knowledge: SoftwareKnowledge;
  readonly pacing: Pacing;
  readonly dial: Dial;
  readonly dialDatagram: DialDatagram;
  /** Where open proxies are to be led; null when they are not looked for. */
  readonly canary: CanaryAddress | null;
  /** Who we say that we are, where a protocol asks. */
  readonly userAgent: string;
  readonly logger: Logger;
  readonly now: () => Date;
}
