import type { Endpoint } from '../domain/endpoint.ts';
import type { TrustedAuthority } from '../domain/trusted-authority.ts';
import { covers } from './authorisations.ts';

/** The CA certificates (PEM) that the operator trusts at the endpoint, in the order of the settings. Pure. */
export function trustedCasFor(trust: readonly TrustedAuthority[], endpoint: Endpoint): string[] {
  return trust
    .filter(({ covers: kinds }) => kinds === undefined || covers({ covers: kinds }, endpoint))
    .flatMap(({ certificates }) => certificates);
}
