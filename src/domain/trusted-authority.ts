import type { Authorisation } from './authorisation.ts';

/** Certificate authorities that the operator trusts, beside the platform's, and at which endpoints. */
export interface TrustedAuthority {
  readonly id: string;
  /** PEM, one certificate each. */
  readonly certificates: readonly string[];
  /** As in an authorisation; absent where it counts at every endpoint. */
  readonly covers?: Authorisation['covers'] | undefined;
}
