import type { SoftwarePackage, Vulnerability } from '@aws-sdk/client-securityhub';
import type { FindingContent } from '../domain/finding.ts';
import type { FactValue } from '../domain/observation.ts';
import { limits } from './limits.ts';
import { safeText } from './secrets.ts';
import { textOrNothing } from './text.ts';

const CATALOGUE = 'https://www.cisa.gov/known-exploited-vulnerabilities-catalog';
const ID = /^CVE-\d{4}-\d{4,10}$/u;

/**
 * What a finding is about when it is about a vulnerability of software, from its evidence; undefined for every other
 * finding. Nothing is said of what the evidence does not have: no score is not a score of 0.
 */
export function asffVulnerabilities(content: FindingContent): Vulnerability[] | undefined {
  const evidence = evidenceOf(content);
  const id = evidence.text('cve', limits.vulnerabilityId);
  if (id === undefined || !ID.test(id)) return undefined;
  const packages = packageOf(evidence);
  const url = evidence.url('url');
  const kev = evidence.is('kev');
  const version = evidence.text('cvssVersion', limits.cvssVersion);
  const score = evidence.number('score', 10);
  const vector = evidence.text('vector', limits.cvssVector);
  const source = evidence.text('scoredBy', limits.cvssSource);
  const epss = evidence.number('epss', 1);
  const references = [...(url === undefined ? [] : [url.href]), ...(kev ? [CATALOGUE] : [])];
  return [
    {
      Id: id,
      ...(packages === undefined ? {} : { VulnerablePackages: [packages] }),
      ...(score === undefined
        ? {}
        : {
            Cvss: [
              {
                ...(version === undefined ? {} : { Version: version }),
                BaseScore: score,
                ...(vector === undefined ? {} : { BaseVector: vector }),
                ...(source === undefined ? {} : { Source: source }),
              },
            ],
          }),
      ...(url === undefined ? {} : { Vendor: { Name: publisherOf(url), Url: url.href } }),
      ...(references.length === 0 ? {} : { ReferenceUrls: references }),
      // By the format's definition: whether each package says in which version, and what to do.
      ...(packages?.FixedInVersion === undefined ? {} : { FixAvailable: 'YES' as const }),
      ...(epss === undefined ? {} : { EpssScore: epss }),
      ...(kev ? { ExploitAvailable: 'YES' as const } : {}),
    },
  ];
}

/** What a finding about software is about, for its title: the vulnerability, the product and its version. */
export function softwareSubject(content: FindingContent): string | undefined {
  if (content.probe !== 'software') return undefined;
  const evidence = evidenceOf(content);
  const product = evidence.text('product', limits.packageName) ?? evidence.text('name', limits.packageName);
  if (product === undefined) return undefined;
  const named = [product, evidence.text('version', limits.packageVersion)].filter(
    (part) => part !== undefined,
  );
  const cve = evidence.text('cve', limits.vulnerabilityId);
  return cve === undefined ? named.join(' ') : `${cve} in ${named.join(' ')}`;
}

function packageOf(evidence: Evidence): SoftwarePackage | undefined {
  const name = evidence.text('product', limits.packageName);
  if (name === undefined) return undefined;
  const version = evidence.text('version', limits.packageVersion);
  const fixed = evidence.text('fixedIn', limits.packageVersion);
  return {
    Name: name,
    ...(version === undefined ? {} : { Version: version }),
    ...(fixed === undefined ? {} : { FixedInVersion: fixed, Remediation: `Update to ${fixed} or later.` }),
  };
}

function publisherOf(url: URL): string {
  return url.hostname === 'nvd.nist.gov' ? 'NVD' : url.hostname;
}

interface Evidence {
  text(name: string, longest: number): string | undefined;
  number(name: string, most: number): number | undefined;
  is(name: string): boolean;
  url(name: string): URL | undefined;
}

/** Reads evidence that an older version, or a check of the operator's own, may have made otherwise. */
function evidenceOf({ probe, evidence }: FindingContent): Evidence {
  const at = (name: string): FactValue | undefined =>
    probe === 'software' && Object.hasOwn(evidence, name) ? evidence[name] : undefined;
  const text = (name: string, longest: number): string | undefined => {
    const value = at(name);
    return typeof value === 'string' ? textOrNothing(safeText(value), longest) : undefined;
  };
  return {
    text,
    number: (name, most) => {
      const value = at(name);
      return typeof value === 'number' && value >= 0 && value <= most ? value : undefined;
    },
    is: (name) => at(name) === true,
    url: (name) => {
      const value = text(name, limits.url);
      return value !== undefined && /^https?:\/\//u.test(value) && URL.canParse(value)
        ? new URL(value)
        : undefined;
    },
  };
}
