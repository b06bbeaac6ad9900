import { type Aws, createAws } from '../../src/aws/clients.ts';
import { identity, type Identity } from '../../src/aws/identity.ts';
import { discoverRegion } from '../../src/discovery/discover-region.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { sandboxAccountId, sandboxCredentials } from '../../src/sandbox/aws/credentials.ts';
import { createEstate, regionOf } from '../../src/sandbox/aws/create-estate.ts';
import type { SandboxRegion } from '../../src/sandbox/aws/estate.ts';
import { type SandboxAws, startSandboxAws } from '../../src/sandbox/aws/start-sandbox-aws.ts';

export const home = 'eu-west-1';

/** An AWS of its own for one test, and Picket's clients pointed at it. */
export interface Bench {
  readonly sandbox: SandboxAws;
  readonly aws: Aws;
  readonly caller: Identity;
  readonly region: SandboxRegion;
  /** Everything that discovery yields, sorted by address. */
  discover(options?: { pageSize?: number; signal?: AbortSignal }): Promise<Endpoint[]>;
  close(): Promise<void>;
}

export async function startBench(regions: readonly string[] = [home]): Promise<Bench> {
  const estate = createEstate([{ accountId: sandboxAccountId, regions }]);
  const sandbox = await startSandboxAws({ estate, quotas: false });
  const aws = createAws({
    endpoint: sandbox.url,
    credentials: sandboxCredentials,
    region: home,
    maxAttempts: 3,
  });
  const caller = await identity(aws);
  sandbox.calls.clear();
  return {
    sandbox,
    aws,
    caller,
    region: regionOf(estate, sandboxAccountId, home),
    async discover({ pageSize, signal = new AbortController().signal } = {}) {
      const endpoints: Endpoint[] = [];
      const options = pageSize === undefined ? {} : { pageSize };
      for await (const page of discoverRegion(aws, caller, home, signal, options)) endpoints.push(...page);
      return endpoints.toSorted((left, right) => (left.address < right.address ? -1 : 1));
    },
    async close() {
      aws.close();
      await sandbox.close();
    },
  };
}
