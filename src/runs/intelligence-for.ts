import type { Observation } from '../domain/observation.ts';
import { loadIntelligence } from '../feeds/load-intelligence.ts';
import type { Intelligence } from '../vulnerabilities/intelligence.ts';
import { byPort } from './classify.ts';
import type { RunContext } from './context.ts';

/** Reads what the feeds know of the software that these observations give away, all of it before anything is judged. */
export function intelligenceFor(
  { database, knowledge }: RunContext,
  observations: readonly Observation[],
): Promise<Intelligence> {
  return loadIntelligence(database, knowledge, [...byPort(observations).values()]);
}
