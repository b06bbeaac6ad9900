import { cpeFields, CPE_PREFIX, unquoted } from '../domain/cpe-name.ts';
import type { ListedVulnerability } from '../domain/feed.ts';
import { productKey } from '../domain/software.ts';
import type { Configuration, CpeMatch, CvssVersion, MatchNode } from '../domain/vulnerability.ts';
import { chooseScore, type ListedScore } from '../vulnerabilities/cvss.ts';
import { CVE, fieldsOf, instantOf, itemsOf, textOf } from './reading.ts';

// The National Vulnerability Database's feeds in JSON, version 2.0: a list `vulnerabilities` of objects with one field
// `cve`, as in the answers of its API (nvd.nist.gov/developers/vulnerabilities).

/** Where the metrics of each version of CVSS stand. */
const metrics: Readonly<Record<string, CvssVersion>> = {
  cvssMetricV40: '4.0',
  cvssMetricV31: '3.1',
  cvssMetricV30: '3.0',
  cvssMetricV2: '2.0',
};

/** What may stand behind the fields that a criterion is about without saying more. */
const ANY_TAIL = /(?::\*)+$/;

/**
 * One entry of a feed, in the form in which it is kept. One that was rejected affects nothing.
 *
 * @returns null for what is no entry.
 */
export function readVulnerability(entry: unknown): ListedVulnerability | null {
  const { id, lastModified, vulnStatus, metrics: listed, configurations } = fieldsOf(fieldsOf(entry)['cve']);
  const cve = textOf(id, 32);
  const modifiedAt = instantOf(lastModified);
  if (cve === null || !CVE.test(cve) || modifiedAt === null) return null;
  const rejected = vulnStatus === 'Rejected';
  const read = rejected ? [] : itemsOf(configurations).map(toConfiguration);
  const useful = read.filter(({ nodes }) => nodes.length > 0);
  return {
    cve,
    modifiedAt,
    cvss: rejected ? null : chooseScore(scoresOf(fieldsOf(listed))),
    products: [...new Set(useful.flatMap(vulnerableProducts))],
    configurations: useful,
  };
}

function scoresOf(listed: Readonly<Record<string, unknown>>): ListedScore[] {
  return Object.entries(metrics).flatMap(([field, version]) =>
    itemsOf(listed[field]).flatMap((item) => {
      const metric = fieldsOf(item);
      const { baseScore, vectorString } = fieldsOf(metric['cvssData']);
      const vector = textOf(vectorString, 512);
      if (typeof baseScore !== 'number' || baseScore < 0 || baseScore > 10 || vector === null) return [];
      const source = textOf(metric['source'], 128) ?? 'unknown';
      return [{ version, score: baseScore, vector, source, primary: metric['type'] === 'Primary' }];
    }),
  );
}

function toConfiguration(value: unknown): Configuration {
  const { operator, negate, nodes } = fieldsOf(value);
  return {
    ...(operator === 'AND' ? { all: true as const } : {}),
    ...(negate === true ? { not: true as const } : {}),
    nodes: itemsOf(nodes)
      .map(toNode)
      .filter(({ matches }) => matches.length > 0),
  };
}

function toNode(value: unknown): MatchNode {
  const { operator, negate, cpeMatch } = fieldsOf(value);
  return {
    ...(operator === 'AND' ? { all: true as const } : {}),
    ...(negate === true ? { not: true as const } : {}),
    matches: itemsOf(cpeMatch).flatMap(toMatch),
  };
}

function toMatch(value: unknown): CpeMatch[] {
  const match = fieldsOf(value);
  const criteria = textOf(match['criteria'], 1024);
  if (criteria?.startsWith(CPE_PREFIX) !== true) return [];
  const bound = (name: keyof CpeMatch, field: string): Partial<CpeMatch> => {
    const text = textOf(match[field], 128);
    return text === null ? {} : { [name]: text };
  };
  return [
    {
      cpe: criteria.slice(CPE_PREFIX.length).replace(ANY_TAIL, ''),
      ...bound('from', 'versionStartIncluding'),
      ...bound('after', 'versionStartExcluding'),
      ...bound('through', 'versionEndIncluding'),
      ...bound('before', 'versionEndExcluding'),
      ...(match['vulnerable'] === false ? { context: true as const } : {}),
    },
  ];
}

function vulnerableProducts({ nodes }: Configuration): string[] {
  return nodes.flatMap(({ matches }) =>
    matches.flatMap(({ cpe, context }) => {
      const [, vendor, product] = cpeFields(cpe);
      if (context === true || vendor === undefined || product === undefined) return [];
      return [productKey({ vendor: unquoted(vendor), product: unquoted(product) })];
    }),
  );
}
