import { createHash } from 'node:crypto';
import type { SandboxClock } from './clock.ts';

/** The only credentials that the sandbox takes without AssumeRole. Fake, and valid nowhere else. */
export const sandboxCredentials = {
  accessKeyId: 'ASIASANDBOXEXAMPLE00',
  secretAccessKey: 'sandbox/only/not/a/real/secret/EXAMPLE00',
} as const;

/** The account that {@link sandboxCredentials} belong to. */
export const sandboxAccountId = '111122223333';

/** Who is calling. */
export interface Caller {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
}

/** Temporary credentials as AssumeRole gives them. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds of the sandbox's clock. */
  readonly expiresAt: number;
  readonly caller: Caller;
}

export type Identification =
  { readonly state: 'known'; readonly caller: Caller } | { readonly state: 'unknown' | 'expired' };

/** Knows the callers by their access keys. */
export class Credentials {
  readonly #clock: SandboxClock;
  readonly #issued = new Map<string, IssuedCredentials>();
  readonly #root: Caller;

  constructor(clock: SandboxClock, partition: string) {
    this.#clock = clock;
    this.#root = assumedRole(partition, sandboxAccountId, 'picket', 'sandbox');
  }

  identify(accessKeyId: string, sessionToken: string | null): Identification {
    if (accessKeyId === sandboxCredentials.accessKeyId) return { state: 'known', caller: this.#root };
    const issued = this.#issued.get(accessKeyId);
    if (issued === undefined || issued.sessionToken !== sessionToken) return { state: 'unknown' };
    return this.#clock.now() < issued.expiresAt
      ? { state: 'known', caller: issued.caller }
      : { state: 'expired' };
  }

  /** Credentials for a role's session, good for `seconds` of the sandbox's clock. */
  issue(role: { partition: string; accountId: string; roleName: string }, session: string, seconds: number) {
    for (const [key, { expiresAt }] of this.#issued) {
      // An hour's grace lets the holder of an expired key be told so.
      if (expiresAt + 3_600_000 < this.#clock.now()) this.#issued.delete(key);
    }
    const number = (this.#serial += 1);
    const issued: IssuedCredentials = {
      accessKeyId: `ASIASANDBOX${String(number).padStart(9, '0')}`,
      secretAccessKey: `sandbox/only/${digest('secret', number).slice(0, 27)}`,
      sessionToken: `sandbox-session-${digest('token', number)}`,
      expiresAt: this.#clock.now() + seconds * 1000,
      caller: assumedRole(role.partition, role.accountId, role.roleName, session),
    };
    this.#issued.set(issued.accessKeyId, issued);
    return issued;
  }

  #serial = 0;
}

function assumedRole(partition: string, accountId: string, roleName: string, session: string): Caller {
  const roleId = `AROA${digest(accountId, roleName).slice(0, 17).toUpperCase()}`;
  return {
    accountId,
    arn: `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${session}`,
    userId: `${roleId}:${session}`,
  };
}

function digest(...parts: (string | number)[]): string {
  return createHash('sha256').update(parts.join('/')).digest('hex');
}
