import { compareSeverity, type Severity } from '../domain/check.ts';
import { productKey, type Software } from '../domain/software.ts';
import type { VulnerabilityRecord } from '../domain/vulnerability.ts';
import { advisoriesOf } from '../vulnerabilities/advisories.ts';
import { affects, type Hit } from '../vulnerabilities/configuration.ts';
import { endOfLife } from '../vulnerabilities/end-of-life.ts';
import type { Intelligence } from '../vulnerabilities/intelligence.ts';
import { severityOf, shifted } from '../vulnerabilities/severity.ts';
import { compareVersions } from '../vulnerabilities/version.ts';
import { defineDerivation } from './derivation.ts';
import {
  MOST_PRODUCTS,
  MOST_VULNERABILITIES,
  softwareFacts,
  type SoftwareFacts,
  type SoftwareProduct,
  type SoftwareVulnerability,
} from './software-facts.ts';

/** Software without corrections is one new fault away from being open. */
const END_OF_LIFE: Severity = 'HIGH';

/** What gave itself away at a port, and what is known of it. */
export const software = defineDerivation({
  id: 'software',
  title: 'The software behind a port, its known vulnerabilities, and whether it is maintained',
  facts: softwareFacts,
  derive({ observations, intelligence }): SoftwareFacts | null {
    const found = oncePerProduct(intelligence.identify(observations)).slice(0, MOST_PRODUCTS);
    if (found.length === 0) return null;
    const at = observations
      .map(({ observedAt }) => observedAt)
      .reduce((latest, one) => (one > latest ? one : latest), '');
    const known = found.map((one) => ({ one, records: recordsOf(intelligence, one) }));
    const advisories = known.flatMap(({ one, records }) => advised(intelligence, one, records ?? []));
    const advisedOf = new Set(advisories.map(({ cve }) => cve));
    const vulnerabilities = known
      .flatMap(({ one, records }) => listed(one, found, records ?? []))
      .filter(({ cve }) => !advisedOf.has(cve));
    const unique = oncePerVulnerability(vulnerabilities);
    const omitted = Math.max(0, unique.length - MOST_VULNERABILITIES);
    return {
      products: found.map((one) => describe(intelligence, one, at)),
      advisories: oncePerVulnerability(advisories).slice(0, MOST_VULNERABILITIES),
      vulnerabilities: unique.slice(0, MOST_VULNERABILITIES),
      vulnerabilitiesOmitted: omitted,
      feedsLoaded: known.some(({ records }) => records !== null),
      complete: omitted === 0 && found.some(({ version }) => version !== null),
    };
  },
});

/** The lowest version of each product: a load balancer's servers may differ, and the oldest is what counts. */
function oncePerProduct(found: readonly Software[]): Software[] {
  const products = new Map<string, Software>();
  for (const one of found) {
    const before = products.get(productKey(one));
    if (before === undefined || isLower(one, before)) products.set(productKey(one), one);
  }
  return [...products.values()].toSorted((left, right) => (productKey(left) < productKey(right) ? -1 : 1));
}

function isLower(one: Software, before: Software): boolean {
  if (one.version === null || before.version === null) return one.version !== null;
  return compareVersions(wholeVersion(one), wholeVersion(before)) < 0;
}

function wholeVersion({ version, update }: Software): string {
  return `${version ?? ''}${update ?? ''}`;
}

/** What the feeds know of it under each of its names; null when there are none. */
function recordsOf(intelligence: Intelligence, one: Software): readonly VulnerabilityRecord[] | null {
  const lists = [one, ...one.aliases]
    .map((name) => intelligence.vulnerabilitiesOf(name))
    .filter((records) => records !== null);
  if (lists.length === 0) return null;
  return [...new Map(lists.flat().map((record) => [record.cve, record])).values()];
}

function listed(
  one: Software,
  all: readonly Software[],
  records: readonly VulnerabilityRecord[],
): SoftwareVulnerability[] {
  const others = all.filter((other) => other !== one);
  return records.flatMap((record) => {
    const hit = affects(record.configurations, one, others);
    if (hit === null) return [];
    const url = `https://nvd.nist.gov/vuln/detail/${record.cve}`;
    return [
      toVulnerability(one, hit, record, { name: record.exploitation?.name ?? null, url, condition: null }),
    ];
  });
}

function advised(
  { advisories }: Intelligence,
  one: Software,
  records: readonly VulnerabilityRecord[],
): SoftwareFacts['advisories'] {
  return advisoriesOf(advisories, one).map(({ advisory, hit }) => {
    const { cve, cvss, name, url, condition, service } = advisory;
    const record = records.find((known) => known.cve === cve);
    const { exploitation = null, prediction = null } = record ?? {};
    const merged = { cve, cvss: record?.cvss ?? cvss, exploitation, prediction };
    return { ...toVulnerability(one, hit, merged, { name, url, condition }), service };
  });
}

function toVulnerability(
  one: Software,
  hit: Hit,
  { cve, cvss, exploitation, prediction }: Omit<VulnerabilityRecord, 'configurations'>,
  about: { readonly name: string | null; readonly url: string; readonly condition: string | null },
): SoftwareVulnerability {
  const doubts = [
    doubtOf(one),
    hit.certain ? null : 'What else has to be true cannot be seen from outside.',
    about.condition === null ? null : `It needs this: ${about.condition}.`,
  ].filter((doubt) => doubt !== null);
  const potential = one.backported || !hit.certain;
  return {
    cve,
    name: about.name,
    severity: severityOf({ cvss, exploited: exploitation !== null, potential }),
    score: cvss?.score ?? null,
    vector: cvss?.vector ?? null,
    cvssVersion: cvss?.version ?? null,
    scoredBy: cvss?.source ?? null,
    kev: exploitation !== null,
    kevDueDate: exploitation?.dueOn ?? null,
    ransomware: exploitation?.ransomware ?? false,
    epss: rounded(prediction?.epss),
    epssPercentile: rounded(prediction?.percentile),
    confidence: potential ? 'potential' : 'exact',
    note: doubts.length === 0 ? null : doubts.join(' ').slice(0, 256),
    product: one.name,
    version: wholeVersion(one),
    cpe: one.cpe,
    fixedIn: hit.fixedIn,
    url: about.url,
  };
}

/** Three digits say enough; that a day's noise does not change them is taken care of where predictions are stored. */
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 1000) / 1000;
}

function doubtOf({ backported, distribution }: Software): string | null {
  if (!backported) return null;
  return distribution === null
    ? 'Distributions maintain this version under the same number, so it may be corrected already.'
    : `The build is from ${distribution}, which corrects faults without changing the version.`;
}

/** Each vulnerability once, by the product in which it is gravest; the gravest ones first, then the newest. */
function oncePerVulnerability<Item extends SoftwareVulnerability>(items: readonly Item[]): Item[] {
  const sorted = items.toSorted(
    (left, right) =>
      compareSeverity(right.severity, left.severity) ||
      Number(right.kev) - Number(left.kev) ||
      (right.score ?? 0) - (left.score ?? 0) ||
      right.cve.localeCompare(left.cve, 'en', { numeric: true }),
  );
  const seen = new Set<string>();
  return sorted.filter(({ cve }) => !seen.has(cve) && seen.add(cve));
}

function describe({ releaseCycles }: Intelligence, one: Software, at: string): SoftwareProduct {
  const end = endOfLife(releaseCycles, one, at);
  const note = doubtOf(one);
  return {
    id: productKey(one),
    name: one.name,
    vendor: one.vendor,
    version: one.version,
    update: one.update,
    cpe: one.cpe,
    distribution: one.distribution,
    source: one.source,
    endOfLife: end?.over ?? null,
    endOfLifeCycle: end?.cycle ?? null,
    endOfLifeDate: end?.endsOn ?? null,
    endOfLifeSeverity: one.backported ? shifted(END_OF_LIFE, -1) : END_OF_LIFE,
    confidence: one.backported ? 'potential' : 'exact',
    note,
  };
}
