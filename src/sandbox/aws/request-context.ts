import type { SandboxClock } from './clock.ts';
import type { Caller, Credentials } from './credentials.ts';
import type { SandboxAccount, SandboxEstate, SandboxRegion } from './estate.ts';
import type { Faults } from './faults.ts';
import type { PageTokens } from './page-tokens.ts';

/** What every action may need to know about the request it serves. */
export interface RequestContext {
  readonly estate: SandboxEstate;
  readonly account: SandboxAccount;
  readonly region: SandboxRegion;
  readonly caller: Caller;
  readonly clock: SandboxClock;
  readonly credentials: Credentials;
  readonly faults: Faults;
  readonly pageTokens: PageTokens;
}
