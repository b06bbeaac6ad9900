import type { Logger } from 'pino';
import type { Scope } from '../scope/scope.ts';
import type { Clearance } from '../scope/target.ts';

/** How often leases are looked at. */
const LOOK_EVERY_MS = 1000;

/**
 * Renews leases while they are in use, once less than half of their time is left. A renewal that fails is no error
 * here: the leases run out, the dialler refuses, and the scan ends closed.
 */
export function keepLeases(
  clearances: readonly Clearance[],
  { scope, logger, now }: { readonly scope: Scope; readonly logger: Logger; readonly now: () => Date },
): { stop(): void } {
  let renewing = false;
  const timer = setInterval(() => {
    if (renewing) return;
    const due = clearances.filter(({ lease }) => {
      const left = lease.expiresAt - now().getTime();
      return left > 0 && left < (lease.expiresAt - lease.provedAt) / 2;
    });
    if (due.length === 0) return;
    renewing = true;
    scope
      .renew(due)
      .catch((error: unknown) => {
        logger.warn({ err: error, endpoints: due.length }, 'Leases could not be renewed and will run out');
      })
      .finally(() => {
        renewing = false;
      });
  }, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
