/**
 * Limits of the AWS Security Finding Format and of BatchImportFindings, each stated once.
 *
 * Lengths are compared with UTF-16 code units, which are never fewer than the code points that the service counts.
 * AWS writes "240 KB" and "6 MB" without saying which; the smaller reading is the safe one.
 */
export const limits = {
  findingsPerCall: 100,
  findingBytes: 240_000,
  callBytes: 6_000_000,
  id: 512,
  generatorId: 512,
  productName: 128,
  title: 256,
  description: 1024,
  recommendation: 512,
  url: 2048,
  types: 50,
  severityOriginal: 64,
  resources: 32,
  resourceId: 512,
  resourceType: 256,
  tags: 50,
  tagKey: 128,
  tagValue: 256,
  addresses: 10,
  otherDetails: 50,
  otherKey: 127,
  otherValue: 1023,
  productFields: 50,
  productFieldKey: 128,
  productFieldValue: 2048,
  requirements: 32,
  requirement: 64,
  standards: 20,
  vulnerabilityId: 32,
  vulnerabilities: 20,
  packageName: 128,
  packageVersion: 128,
  cvssVersion: 16,
  cvssVector: 512,
  cvssSource: 128,
} as const;

/** `namespace/category/classifier`, of which the last two may be missing. */
export const typePattern = /^([^/]+)(\/[^/]+){0,2}$/u;

export const typeNamespaces: readonly string[] = [
  'Software and Configuration Checks',
  'TTPs',
  'Effects',
  'Unusual Behaviors',
  'Sensitive Data Identifications',
];

/** Findings of this category are about a compliance rule; only they may carry a compliance status. */
export const complianceCategory = 'Software and Configuration Checks/Industry and Regulatory Standards';

/** One tag value or key: the characters that the format takes. */
export const tagText = /^[A-Za-z0-9 .:+=@_/-]*$/u;

/** The prefix of everything that names us in Security Hub: finding ids, generator ids, product fields. */
export const ownPrefix = 'picket/';

/** Calls per second and burst of one account in one Region. */
export const quotas = {
  batchImportFindings: { perSecond: 10, burst: 30 },
  getFindings: { perSecond: 3, burst: 6 },
} as const;
