import type { Endpoint } from '../domain/endpoint.ts';
import { isHostName } from '../scanner/names.ts';

/** The tag of an instance that lists its names (SNI, virtual hosts), separated by spaces or commas. */
const namesTag = 'picket:hosts';

/**
 * Names under which to look at an endpoint, at its own address: those that its owner has put into the tag
 * `picket:hosts`, and those under which a finding is open, which only another look can resolve. What is no full host
 * name is left out.
 */
export function namesOf({ tags }: Endpoint, openDiscriminators: readonly string[]): string[] {
  const tagged = (tags[namesTag] ?? '').toLowerCase().split(/[\s,]+/);
  return [...new Set([...tagged, ...openDiscriminators])].filter(isHostName);
}
