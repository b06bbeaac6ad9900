import { z } from 'zod';
import { severities } from '../domain/check.ts';

const confidence = z
  .enum(['exact', 'potential'])
  .describe(
    'Whether the version says it for sure, or the fault may be corrected already or need something more',
  );

const note = z
  .string()
  .max(256)
  .nullable()
  .describe('Why it is only potential, and what else has to be true; null when there is nothing to add');

const product = z.strictObject({
  id: z.string().max(256).describe('Vendor and product as in CPE, with a colon between'),
  name: z.string().max(128).describe('What people call it'),
  vendor: z.string().max(128).describe("CPE's vendor"),
  version: z.string().max(64).nullable().describe('Version; null when the service does not tell'),
  update: z
    .string()
    .max(64)
    .nullable()
    .describe('Patch level that CPE keeps apart from the version; null without one'),
  cpe: z.string().max(512).describe('CPE 2.3 formatted string'),
  distribution: z
    .string()
    .max(64)
    .nullable()
    .describe('The distribution whose build it is; null when nothing says so'),
  source: z.string().max(64).describe('The probe and the fact that gave it away'),
  endOfLife: z
    .boolean()
    .nullable()
    .describe('Whether its vendor has stopped to correct this version; null when that is not known'),
  endOfLifeCycle: z
    .string()
    .max(64)
    .nullable()
    .describe('The branch of versions that it belongs to; null when that is not known'),
  endOfLifeDate: z
    .string()
    .max(10)
    .nullable()
    .describe('The last day with corrections; null when there is no such day or it is not known'),
  endOfLifeSeverity: z.enum(severities).describe('How grave it is that corrections have ended'),
  confidence,
  note,
});

const vulnerability = z.strictObject({
  cve: z.string().max(32).describe('Id in the list of Common Vulnerabilities and Exposures'),
  name: z.string().max(512).nullable().describe('What it is in a few words, where a catalogue says so'),
  severity: z
    .enum(severities)
    .describe(
      'As scored; one level up, and at least HIGH, when exploited; then one down when only potential',
    ),
  score: z.number().min(0).max(10).nullable().describe('CVSS base score; null when nobody has scored it'),
  vector: z.string().max(512).nullable().describe('CVSS vector; null without a score'),
  cvssVersion: z.string().max(4).nullable().describe('Version of CVSS; null without a score'),
  scoredBy: z.string().max(128).nullable().describe('Who scored it; null without a score'),
  kev: z.boolean().describe("Whether it is in CISA's catalogue of known exploited vulnerabilities"),
  kevDueDate: z
    .string()
    .max(10)
    .nullable()
    .describe('By when US federal agencies have to correct it; null when the catalogue does not say'),
  ransomware: z.boolean().describe('Whether that catalogue knows of ransomware that uses it'),
  epss: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('Probability of exploitation within 30 days by EPSS; null when it has none'),
  epssPercentile: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('Part of all vulnerabilities that have at most that probability; null when EPSS has none'),
  confidence,
  note,
  product: z.string().max(128).describe('What people call the product'),
  version: z.string().max(128).describe('Version with its patch level'),
  cpe: z.string().max(512).describe('CPE 2.3 formatted string of the product'),
  fixedIn: z.string().max(128).nullable().describe('First version without it; null when that is not known'),
  url: z.string().max(512).describe('Where to read more'),
});

export type SoftwareProduct = z.infer<typeof product>;
export type SoftwareVulnerability = z.infer<typeof vulnerability>;

export const MOST_PRODUCTS = 16;
export const MOST_VULNERABILITIES = 50;

/** What is known of the software behind a port. */
export const softwareFacts = z.strictObject({
  products: z
    .array(product)
    .max(MOST_PRODUCTS)
    .describe('The software that gave itself away, each product once'),
  advisories: z
    .array(vulnerability.extend({ service: z.string().max(63).describe('The kind of service, such as ssh') }))
    .max(MOST_VULNERABILITIES)
    .describe('Vulnerabilities that Picket knows by itself, whether feeds are loaded or not'),
  vulnerabilities: z
    .array(vulnerability)
    .max(MOST_VULNERABILITIES)
    .describe('Vulnerabilities that the feeds know, the gravest first, without those among the advisories'),
  vulnerabilitiesOmitted: z.int().min(0).describe('How many more there are'),
  feedsLoaded: z.boolean().describe('Whether a feed of vulnerabilities was ever loaded'),
  complete: z
    .boolean()
    .describe(
      'Whether some product told its version and all vulnerabilities found a place; else nothing is resolved',
    ),
});

export type SoftwareFacts = z.infer<typeof softwareFacts>;
