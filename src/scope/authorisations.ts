import { contains } from '../aws/address.ts';
import type { Authorisation } from '../domain/authorisation.ts';
import type { Endpoint } from '../domain/endpoint.ts';

export type Authorised =
  | { readonly authorised: true; readonly authorisation: Authorisation }
  | { readonly authorised: false; readonly reason: string };

/**
 * The authorisation under which the endpoint may be scanned at the instant `now` (milliseconds since the epoch): of
 * several the one that ends last. Without one, the reason names the nearest: one that covers the endpoint at another
 * time, or else the one that fails to cover it in the fewest kinds. Pure.
 */
export function authorise(
  authorisations: readonly Authorisation[],
  endpoint: Endpoint,
  now: number,
): Authorised {
  const covering = authorisations.filter((one) => missingKinds(one, endpoint).length === 0);
  const [valid] = covering
    .filter((one) => isValidAt(one, now))
    .toSorted((left, right) => Date.parse(right.until) - Date.parse(left.until));
  if (valid !== undefined) return { authorised: true, authorisation: valid };

  const [nearestInTime] = covering.toSorted((left, right) => distance(left, now) - distance(right, now));
  if (nearestInTime !== undefined) return { authorised: false, reason: wrongTime(nearestInTime, now) };

  const [nearest] = authorisations
    .map((one) => ({ one, missing: missingKinds(one, endpoint) }))
    .toSorted((left, right) => left.missing.length - right.missing.length);
  if (nearest === undefined) return { authorised: false, reason: 'there is no authorisation at all' };
  return {
    authorised: false,
    reason: `no authorisation covers it; the nearest, ${named(nearest.one)}, does not cover ${nearest.missing.join(', ')}`,
  };
}

/** Whether the instant lies in the authorisation's time. A date that cannot be read is never within. */
export function isValidAt(authorisation: Authorisation, now: number): boolean {
  return Date.parse(authorisation.from) <= now && now < Date.parse(authorisation.until);
}

/** Whether an authorisation, or whatever else says what it covers, covers the endpoint; whatever the time. */
export function covers(covering: Pick<Authorisation, 'covers'>, endpoint: Endpoint): boolean {
  return missingKinds(covering, endpoint).length === 0;
}

/**
 * What the authorisation does not cover of the endpoint, one phrase a kind. Each tag key is a kind of its own: an
 * authorisation that names two tags means what carries both.
 */
function missingKinds({ covers: kinds }: Pick<Authorisation, 'covers'>, endpoint: Endpoint): string[] {
  const missing: string[] = [];
  if (kinds.accounts?.includes(endpoint.accountId) === false) missing.push(`account ${endpoint.accountId}`);
  if (kinds.regions?.includes(endpoint.region) === false) missing.push(`Region ${endpoint.region}`);
  if (kinds.instances !== undefined) {
    const { instanceId } = endpoint;
    if (instanceId === null || !kinds.instances.includes(instanceId)) {
      missing.push(`instance ${instanceId ?? '(none)'}`);
    }
  }
  if (kinds.cidrs?.some((cidr) => contains(cidr, endpoint.address)) === false) {
    missing.push(`address ${endpoint.address}`);
  }
  for (const [key, value] of Object.entries(kinds.tags ?? {})) {
    if (!Object.hasOwn(endpoint.tags, key) || endpoint.tags[key] !== value) {
      missing.push(`what lacks the tag ${key}=${value}`);
    }
  }
  return missing;
}

/** How far the instant is from the authorisation's time; infinite where a date cannot be read. */
function distance(authorisation: Authorisation, now: number): number {
  const away = Math.max(Date.parse(authorisation.from) - now, now - Date.parse(authorisation.until));
  return Number.isNaN(away) ? Infinity : away;
}

function wrongTime(authorisation: Authorisation, now: number): string {
  const { from, until } = authorisation;
  if (now < Date.parse(from)) return `the authorisation ${named(authorisation)} is not valid before ${from}`;
  if (now >= Date.parse(until)) return `the authorisation ${named(authorisation)} expired at ${until}`;
  return `the authorisation ${named(authorisation)} has no readable dates (${from} to ${until})`;
}

function named({ id, ticket }: Authorisation): string {
  return `${id} (ticket ${ticket})`;
}
