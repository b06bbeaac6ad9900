import type { Observation } from '../domain/observation.ts';
import { productKey, type Software } from '../domain/software.ts';
import type { Database } from '../ledger/database.ts';
import { vulnerabilitiesOf } from '../ledger/vulnerabilities.ts';
import { identifySoftware } from '../software/identify.ts';
import type { SoftwareKnowledge } from '../software/knowledge.ts';
import type { Intelligence } from '../vulnerabilities/intelligence.ts';

/**
 * Reads from the ledger all that the feeds know of the software that these observations give away, so that evaluating
 * them needs no database.
 *
 * @param ports the observations, each port's by itself.
 */
export async function loadIntelligence(
  database: Database,
  knowledge: SoftwareKnowledge,
  ports: Iterable<readonly Observation[]>,
): Promise<Intelligence> {
  const names = new Map(
    [...ports]
      .flatMap((observations) => identifySoftware(knowledge.catalogue, observations))
      // Without a version there is nothing to compare.
      .filter(({ version }) => version !== null)
      .flatMap((software: Software) => [software, ...software.aliases])
      .map((name) => [productKey(name), name]),
  );
  const known = await vulnerabilitiesOf(database, [...names.values()]);
  return {
    identify: (observations) => identifySoftware(knowledge.catalogue, observations),
    vulnerabilitiesOf: (product) => known?.get(productKey(product)) ?? null,
    advisories: knowledge.advisories,
    releaseCycles: knowledge.releaseCycles,
  };
}
