import type { SandboxClock } from './clock.ts';
import { Credentials, sandboxAccountId } from './credentials.ts';
import type { SandboxEstate } from './estate.ts';
import { Faults } from './faults.ts';
import { PageTokens } from './page-tokens.ts';
import { FindingStore } from './securityhub/finding-store.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Everything that outlives a request. */
export interface SandboxState {
  readonly estate: SandboxEstate;
  readonly clock: SandboxClock;
  readonly credentials: Credentials;
  readonly faults: Faults;
  readonly pageTokens: PageTokens;
  readonly buckets: TokenBuckets;
  readonly quotas: { enabled: boolean };
  findingStore(accountId: string, region: string): FindingStore;
}

export function createState(estate: SandboxEstate, clock: SandboxClock, quotas: boolean): SandboxState {
  const stores = new Map<string, FindingStore>();
  return {
    estate,
    clock,
    credentials: new Credentials(clock, estate.accounts.get(sandboxAccountId)?.partition ?? 'aws'),
    faults: new Faults(),
    pageTokens: new PageTokens(),
    buckets: new TokenBuckets(clock),
    quotas: { enabled: quotas },
    findingStore: (accountId, region) => {
      const key = `${accountId}/${region}`;
      const store = stores.get(key) ?? new FindingStore(clock);
      stores.set(key, store);
      return store;
    },
  };
}
