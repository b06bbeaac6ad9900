import type { CompiledCheck } from '../checks/compile.ts';
import type { ApprovedPorts } from '../domain/approved-ports.ts';
import type { Authorisation } from '../domain/authorisation.ts';
import type { Selection } from '../domain/endpoint.ts';
import type { PortEntry, Profile } from '../domain/profile.ts';
import type { TrustedAuthority } from '../domain/trusted-authority.ts';

/** When to scan what, without anyone asking. */
export interface Schedule {
  readonly id: string;
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  /** Id of a profile. */
  readonly profile: string;
  /** Empty for all discovered endpoints. */
  readonly selection: Selection;
}

/** A compliance framework as far as the checks refer to it. */
interface Framework {
  readonly id: string;
  readonly title: string;
  /** What a reference to one of its controls means, and what it does not. */
  readonly note: string;
  /** Titles by control id; every one is referred to by some check. */
  readonly controls: Readonly<Record<string, string>>;
}

/** All that the operator has decided, validated and cross-checked; frozen. */
export interface Settings {
  readonly authorisations: readonly Authorisation[];
  readonly schedules: readonly Schedule[];
  /** Regions to look for endpoints in: all that are enabled in the account, or these. */
  readonly regions: 'all' | readonly string[];
  /** What the operator approves of, by what it covers. */
  readonly approvedPorts: readonly ApprovedPorts[];
  /** Certificate authorities that the operator trusts, by what they cover. */
  readonly trust: readonly TrustedAuthority[];
  readonly publish: { readonly enabled: boolean };
  readonly scan: {
    /** How long a proof of ownership counts; at most 300. */
    readonly leaseSeconds: number;
    /** Chunks of endpoints that one worker scans at the same time. */
    readonly jobsAtOnce: number;
    /** Where to listen for what open proxies are asked to reach; null when they are not looked for. */
    readonly canary: {
      readonly listen: { readonly address: string; readonly port: number };
      readonly reachedAt?: { readonly address: string; readonly port: number } | undefined;
    } | null;
  };
  readonly ports: readonly PortEntry[];
  /** Never empty; always has {@link DEFAULT_PROFILE}. */
  readonly profiles: readonly Profile[];
  readonly frameworks: readonly Framework[];
  /** In the order of their ids. */
  readonly checks: readonly CompiledCheck[];
}

/** The profile of requests that name none. */
export const DEFAULT_PROFILE = 'standard';
