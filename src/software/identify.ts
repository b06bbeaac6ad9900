import { formatCpe } from '../domain/cpe-name.ts';
import type { Observation } from '../domain/observation.ts';
import type { Software } from '../domain/software.ts';
import type { Catalogue, Groups } from './catalogue.ts';
import type { DistributionMark, Fingerprint } from './fingerprint.ts';
import { textsOf, type FactText } from './texts.ts';

/** A server may be made to list anything; more than this is nonsense. */
const MOST = 32;
const LONGEST_VERSION = 64;

/**
 * What the observations of one port give away of the software behind it: each product and version once.
 *
 * A distribution that one product names is taken for that of all: what runs behind one port is on one machine, and
 * there mostly from one source.
 */
export function identifySoftware(catalogue: Catalogue, observations: readonly Observation[]): Software[] {
  const texts = observations.flatMap(textsOf);
  const found = new Map<string, Software>();
  const marks = texts.flatMap(({ text }) => catalogue.marks(text));
  for (const text of texts) {
    for (const software of inText(catalogue, text, marks)) {
      const key = software.cpe;
      if (!found.has(key) && found.size < MOST) found.set(key, software);
    }
  }
  // One that tells its version makes the same one without superfluous.
  const all = [...found.values()];
  return all.filter(
    ({ vendor, product, version }) =>
      version !== null ||
      !all.some((one) => one.vendor === vendor && one.product === product && one.version !== null),
  );
}

function inText(
  catalogue: Catalogue,
  { fact, text }: FactText,
  marks: readonly DistributionMark[],
): Software[] {
  const own = catalogue.match(fact, text);
  const other = own.length > 0 ? null : catalogue.matchFallback(fact, text);
  return [...own, ...(other === null ? [] : [other])].map(({ fingerprint, groups }) =>
    toSoftware(fingerprint, groups, fact, marks),
  );
}

function toSoftware(
  fingerprint: Fingerprint,
  groups: Groups,
  source: string,
  marks: readonly DistributionMark[],
): Software {
  const { part, vendor, product, name, aliases } = fingerprint;
  const version = bounded(groups['version']) ?? fingerprint.version;
  const update = version === null ? null : bounded(groups['update']);
  const distribution = marks.find((mark) => mark.name !== null)?.name ?? null;
  return {
    part,
    vendor,
    product,
    name,
    aliases,
    version,
    update,
    cpe: formatCpe({ part, vendor, product, version, update }),
    distribution,
    backported:
      distribution !== null || (version !== null && fingerprint.distributionVersions.includes(version)),
    platform: marks.find((mark) => mark.platform !== null)?.platform ?? null,
    source,
  };
}

function bounded(text: string | undefined): string | null {
  return text === undefined || text.length > LONGEST_VERSION ? null : text.toLowerCase();
}
