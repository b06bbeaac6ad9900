import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { PicketError } from '../domain/errors.ts';
import { awsError, missingCredentials } from './errors.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialSource = () => Promise<Credentials>;

/** The part of the SDK's logger that can hold something worth reading. */
export interface AwsLogger {
  debug(message: string): void;
  warn(message: string): void;
}

/**
 * The SDK's standard chain. The instance metadata service comes last in it; where there is none, it is given one
 * second for its token and one for the role, so that a laptop hears quickly that nothing was found.
 */
export function credentialChain(logger: AwsLogger | undefined, metadataTimeoutMs = 1_000): CredentialSource {
  return defaultProvider({ timeout: metadataTimeoutMs, maxRetries: 0, logger: sdkLogger(logger) });
}

/** What is wrong with the credentials, as one sentence with code `aws-credentials-missing`; null when there are some. */
export async function credentialsProblem(aws: {
  credentials: CredentialSource;
}): Promise<PicketError | null> {
  try {
    const found = await aws.credentials();
    return found.accessKeyId === '' || found.secretAccessKey === '' ? missingCredentials(null) : null;
  } catch (error) {
    return awsError(error, { service: 'sts', action: 'GetCallerIdentity', region: 'credentials' });
  }
}

/**
 * The SDK writes whole requests and answers at `info` and `error`; those are dropped, since what fails is thrown as
 * well. Never undefined: without a logger the SDK writes to the console.
 */
export function sdkLogger(
  logger: AwsLogger | undefined,
): Required<Record<'trace' | 'debug' | 'info' | 'warn' | 'error', (...parts: unknown[]) => void>> {
  const nothing = (): void => {};
  const text = (parts: unknown[]): string =>
    parts
      .filter((part) => typeof part === 'string')
      .join(' ')
      .trim();
  return {
    trace: nothing,
    debug: (...parts) => logger?.debug(text(parts)),
    info: nothing,
    warn: (...parts) => logger?.warn(text(parts)),
    error: nothing,
  };
}
