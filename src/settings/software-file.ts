import { z } from 'zod';
import { slug, text, unique } from './fields.ts';

// The schemas of config/fingerprints/*, config/end-of-life.yaml and config/advisories.yaml.

const cpeValue = z
  .string()
  .max(128)
  .regex(/^(?:[a-z0-9_.~-]|\\[!-~])+$/, "a value of CPE's, in lower case, other characters with a backslash")
  .transform((value) => value.replace(/\\(.)/g, '$1'));

const productName = z
  .string()
  .max(256)
  .regex(/^(?:[a-z0-9_.~-]|\\[!-~])+:(?:[a-z0-9_.~-]|\\[!-~])+$/, 'vendor:product as in CPE')
  .transform((name) => {
    const [vendor = '', product = ''] = name.replace(/\\(.)/g, '$1').split(':');
    return { vendor, product };
  });

const version = z.string().max(64).regex(/\S/, 'a version in quotes where YAML would read a number');
const day = z.iso.date('a day such as 2026-01-31');
const url = z.url({ protocol: /^https$/, error: 'an https URL' });
const pattern = text(1024).describe(
  "An expression in RE2's syntax, without back-references and look-around; (?P<version>…) and (?P<update>…) take out what they say",
);

const fingerprint = {
  id: text(128),
  name: text(128).describe('What people call the product'),
  part: z.enum(['a', 'o', 'h']).default('a').describe('Application, operating system or hardware'),
  vendor: cpeValue.describe("CPE's vendor"),
  product: cpeValue.describe("CPE's product"),
  aliases: z.array(productName).max(8).default([]).describe('Other names of the product in CPE'),
  facts: z
    .array(text(64).regex(/^[a-z0-9-]+(?:\.\w+)+$/, 'probe.fact'))
    .min(1)
    .max(16)
    .describe('Where to look: a probe, and one of its facts that is text'),
  pattern,
  version: version.optional().describe('For a pattern that stands for one version'),
};

const example = z.strictObject({
  text: text(512),
  version: version.optional(),
  update: version.optional(),
});

/** `config/fingerprints/<topic>.yaml`. */
export const fingerprintsFileSchema = z.strictObject({
  fingerprints: z
    .array(
      z.strictObject({
        ...fingerprint,
        id: slug,
        distributionVersions: z
          .array(version)
          .max(32)
          .default([])
          .describe("Versions that distributions maintain for years under the vendor's number"),
        examples: z.array(example).min(1),
        others: z.array(text(512)).default([]).describe('Texts that look alike and must not match'),
      }),
    )
    .max(1000)
    .superRefine(unique(({ id }) => id, ['id']))
    .optional(),
  distributions: z
    .array(
      z.strictObject({
        id: slug,
        name: text(64)
          .optional()
          .describe("The distribution; left out for a platform of vendors' own builds"),
        platform: z.enum(['linux', 'windows', 'freebsd', 'macos']),
        pattern,
        examples: z.array(text(512)).min(1),
        others: z.array(text(512)).default([]).describe('Texts that look alike and must not match'),
      }),
    )
    .max(100)
    .superRefine(unique(({ id }) => id, ['id']))
    .optional(),
});

/** `config/fingerprints/recog.json`, which `scripts/convert-recog.ts` makes. */
export const convertedFileSchema = z.strictObject({
  source: text(512),
  licence: text(8192),
  fingerprints: z.array(z.strictObject(fingerprint)).max(20_000),
});

/** `config/end-of-life.yaml`. */
export const endOfLifeFileSchema = z.strictObject({
  checked: day.describe('When the dates were last looked up'),
  products: z
    .array(
      z.strictObject({
        product: productName,
        url: url.describe('Where the dates come from'),
        cycles: z
          .record(text(32), z.union([day, z.literal('maintained')]))
          .describe('The last day with corrections, by the beginning of the version'),
        examples: z
          .array(z.strictObject({ version, at: day, over: z.boolean() }))
          .min(1)
          .describe('Versions, and whether they are past their end on a day'),
      }),
    )
    .superRefine(unique(({ product }) => `${product.vendor}:${product.product}`, ['product'])),
});

const bounds = z.strictObject({
  from: version.optional(),
  after: version.optional(),
  through: version.optional(),
  before: version.optional(),
});

/** `config/advisories.yaml`. */
export const advisoriesFileSchema = z.strictObject({
  advisories: z
    .array(
      z.strictObject({
        cve: z.string().regex(/^CVE-\d{4}-\d{4,7}$/, 'an id such as CVE-2024-6387'),
        name: text(128),
        service: slug.describe('The kind of service that it is about'),
        products: z.array(productName).min(1).max(8),
        affected: z
          .array(bounds.refine((range) => Object.keys(range).length > 0, 'at least one bound'))
          .min(1)
          .max(16)
          .describe('Ranges of versions; from and through belong to them, after and before do not'),
        cvss: z.strictObject({
          version: z.enum(['4.0', '3.1', '3.0', '2.0']),
          score: z.number().min(0).max(10),
          vector: text(256),
          source: text(64),
        }),
        condition: text(256).optional().describe('What has to be true beside the version'),
        url,
        examples: z.strictObject({
          affected: z.array(version).min(1),
          others: z.array(version).min(1),
        }),
      }),
    )
    .superRefine(unique(({ cve }) => cve, ['cve'])),
});
