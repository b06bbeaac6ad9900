import { EC2Client } from '@aws-sdk/client-ec2';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { STSClient } from '@aws-sdk/client-sts';
import {
  type AwsLogger,
  credentialChain,
  type CredentialSource,
  type Credentials,
  sdkLogger,
} from './credentials.ts';

export interface AwsOptions {
  readonly logger?: AwsLogger | undefined;
  /** Requests that one call may take, the first included. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** Region of calls that are about the account as a whole; by default the SDK finds it (AWS_REGION, profile). */
  readonly region?: string | undefined;
  /** In place of AWS_ENDPOINT_URL, for a sandbox in this same process. */
  readonly endpoint?: string | undefined;
  /** In place of the standard credential chain. */
  readonly credentials?: Credentials | undefined;
  /** Milliseconds for one request, from the connected socket to the answer. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
}

/** The SDK's clients, one per service and Region, with one source of credentials. */
export interface Aws {
  readonly credentials: CredentialSource;
  /** Without a Region: the one of the account-wide calls. */
  ec2(region?: string): EC2Client;
  securityHub(region: string): SecurityHubClient;
  sts(): STSClient;
  /** The Region of the account-wide calls; null when neither the options nor the SDK's configuration name one. */
  homeRegion(): Promise<string | null>;
  /** Closes the sockets that are kept alive. The clients cannot be used afterwards. */
  close(): void;
}

/**
 * Makes the SDK's clients, lazily. Nothing is sent here.
 *
 * Retry mode: EC2 meters all reading calls of an account in a Region with one token bucket, which is what the SDK's
 * `adaptive` mode models with one rate limiter a client: once throttled, every call to that Region slows down
 * together. Security Hub and STS meter each action by itself, so there one slow action must not hold up the others:
 * `standard`.
 */
export function createAws(options: AwsOptions = {}): Aws {
  const { maxAttempts = 5, requestTimeoutMs = 30_000 } = options;
  const given = options.credentials;
  const credentials: CredentialSource =
    given === undefined ? credentialChain(options.logger) : () => Promise.resolve(given);
  const shared = {
    credentials,
    maxAttempts,
    logger: sdkLogger(options.logger),
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs,
    },
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  };
  const inRegion = (region: string | undefined): { region?: string } => {
    const chosen = region ?? options.region;
    return chosen === undefined ? {} : { region: chosen };
  };
  const ec2 = new Map<string, EC2Client>();
  const securityHub = new Map<string, SecurityHubClient>();
  let sts: STSClient | undefined;

  const aws: Aws = {
    credentials,
    ec2: (region) =>
      cached(ec2, region ?? options.region ?? '', () => {
        return new EC2Client({ ...shared, ...inRegion(region), retryMode: 'adaptive' });
      }),
    securityHub: (region) =>
      cached(securityHub, region, () => new SecurityHubClient({ ...shared, region, retryMode: 'standard' })),
    sts: () => (sts ??= new STSClient({ ...shared, ...inRegion(undefined), retryMode: 'standard' })),
    async homeRegion() {
      if (options.region !== undefined) return options.region;
      try {
        return await aws.sts().config.region();
      } catch {
        // The SDK has no other way to say that no Region is configured.
        return null;
      }
    },
    close() {
      for (const client of [...ec2.values(), ...securityHub.values(), sts]) client?.destroy();
      ec2.clear();
      securityHub.clear();
      sts = undefined;
    },
  };
  return aws;
}

function cached<Client>(clients: Map<string, Client>, region: string, make: () => Client): Client {
  const known = clients.get(region);
  if (known !== undefined) return known;
  const made = make();
  clients.set(region, made);
  return made;
}
