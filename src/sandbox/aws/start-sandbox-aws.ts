import { once } from 'node:events';
import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { CallLog } from './call-log.ts';
import { systemClock, type SandboxClock } from './clock.ts';
import { createEstate } from './create-estate.ts';
import { sandboxAccountId, sandboxCredentials } from './credentials.ts';
import type { SandboxEstate } from './estate.ts';
import type { Faults } from './faults.ts';
import { createSandboxServer } from './http-server.ts';
import { createState } from './sandbox-state.ts';

export interface SandboxAwsOptions {
  /** What is there; the sandbox's own account with one Region unless said otherwise. */
  readonly estate?: SandboxEstate;
  readonly clock?: SandboxClock;
  /** Whether the services' token buckets are enforced; true unless said otherwise. */
  readonly quotas?: boolean;
}

export interface SandboxAws {
  /** What AWS_ENDPOINT_URL is to be. */
  readonly url: string;
  /** The environment that points an unmodified SDK at the sandbox. */
  readonly environment: Readonly<Record<string, string>>;
  /** Change it as you like: the next call sees it. */
  readonly estate: SandboxEstate;
  readonly securityHub: {
    /** What a destination holds right now, without lag, in order of arrival. Not a copy: do not change it. */
    findings(accountId: string, region: string): readonly AwsSecurityFinding[];
  };
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly clock: SandboxClock;
  /** May be switched while the sandbox runs. */
  readonly quotas: { enabled: boolean };
  /** Stops listening and ends every connection, answered or not. */
  close(): Promise<void>;
}

/** Starts a small strict AWS (EC2, STS, Security Hub) on a free port of 127.0.0.1. */
export async function startSandboxAws(options: SandboxAwsOptions = {}): Promise<SandboxAws> {
  const state = createState(
    options.estate ?? createEstate(),
    options.clock ?? systemClock,
    options.quotas ?? true,
  );
  const calls = new CallLog();
  const server = createSandboxServer(state, calls);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The sandbox has no port to listen on.');
  const url = `http://127.0.0.1:${address.port}`;
  const [region] = state.estate.accounts.get(sandboxAccountId)?.regions.keys() ?? [];
  let closed: Promise<unknown> | null = null;
  return {
    url,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: sandboxCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: sandboxCredentials.secretAccessKey,
      AWS_REGION: region ?? 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    estate: state.estate,
    securityHub: {
      findings: (accountId, name) =>
        // The shape was checked against AWS's model when each was taken in.
        Array.from(
          state.findingStore(accountId, name).visible(0),
          ({ record }) => record as unknown as AwsSecurityFinding,
        ),
    },
    faults: state.faults,
    calls,
    clock: state.clock,
    quotas: state.quotas,
    close: async () => {
      if (closed === null) {
        closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
      }
      await closed;
    },
  };
}
