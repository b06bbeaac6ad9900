import { z } from 'zod';
import { severities } from '../domain/check.ts';
import { limits, tagText, typeNamespaces, typePattern } from './limits.ts';

/**
 * The part of the AWS Security Finding Format that Picket may send, with every limit and shape the service is known to
 * hold findings to. Strict at every level: the SDK drops unknown members silently, and so would hide our mistakes.
 * Messages complete a sentence that begins with the member's path.
 */
function text(longest: number) {
  return z
    .string()
    .min(1, { error: 'is empty' })
    .max(longest, {
      error: ({ input }) =>
        `has ${typeof input === 'string' ? input.length : 0} characters, expected at most ${longest}`,
    })
    .refine((value) => value === '' || value.trim() !== '', { error: 'is blank' });
}

function list<Item extends z.ZodType>(item: Item, most: number) {
  return z
    .array(item)
    .min(1, { error: 'is empty, expected at least 1 item' })
    .max(most, {
      error: ({ input }) => `has ${Array.isArray(input) ? input.length : 0} items, expected at most ${most}`,
    });
}

function map<Key extends z.ZodType<string, string>, Value extends z.ZodType>(
  key: Key,
  value: Value,
  most: number,
) {
  return z
    .record(key, value)
    .refine((entries) => Object.keys(entries).length > 0, { error: 'is empty, expected to be left out' })
    .refine((entries) => Object.keys(entries).length <= most, {
      error: `has too many entries, expected at most ${most}`,
    });
}

const timestamp = text(64).refine(
  (value) =>
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/u.test(value) && !Number.isNaN(Date.parse(value)),
  { error: 'is not an instant such as 2026-01-31T12:00:00.000Z' },
);

const url = text(limits.url).refine((value) => /^https?:\/\//u.test(value) && URL.canParse(value), {
  error: 'is not a URL',
});

const findingType = text(512)
  .refine((value) => typePattern.test(value), {
    error: ({ input }) => `is ${JSON.stringify(input)}, expected namespace/category/classifier`,
  })
  .refine((value) => typeNamespaces.includes(value.split('/')[0] ?? ''), {
    error: ({ input }) => `is ${JSON.stringify(input)}, expected one of ${typeNamespaces.join(', ')} first`,
  });

const address = text(45);

const resource = z.strictObject({
  Type: text(limits.resourceType),
  Id: text(limits.resourceId),
  Partition: z.enum(['aws', 'aws-cn', 'aws-us-gov', 'aws-us-iso', 'aws-us-iso-b']).optional(),
  Region: text(16).optional(),
  Tags: map(
    text(limits.tagKey).refine((key) => tagText.test(key), { error: 'has a key with refused characters' }),
    z
      .string()
      .max(limits.tagValue, { error: `is longer than ${limits.tagValue} characters` })
      .refine((value) => tagText.test(value), { error: 'has refused characters' }),
    limits.tags,
  ).optional(),
  Details: z
    .strictObject({
      AwsEc2Instance: z
        .strictObject({
          Type: text(limits.resourceType).optional(),
          IpV4Addresses: list(address, limits.addresses).optional(),
          IpV6Addresses: list(address, limits.addresses).optional(),
          VpcId: text(limits.resourceId).optional(),
          SubnetId: text(limits.resourceId).optional(),
        })
        .optional(),
      AwsEc2NetworkInterface: z
        .strictObject({
          NetworkInterfaceId: text(limits.resourceId).optional(),
          SecurityGroups: list(
            z.strictObject({ GroupId: text(limits.resourceId) }),
            limits.otherDetails,
          ).optional(),
          PublicIp: address.optional(),
          PrivateIpAddresses: list(
            z.strictObject({ PrivateIpAddress: address }),
            limits.otherDetails,
          ).optional(),
          IpV6Addresses: list(z.strictObject({ IpV6Address: address }), limits.otherDetails).optional(),
        })
        .optional(),
      Other: map(text(limits.otherKey), text(limits.otherValue), limits.otherDetails).optional(),
    })
    .optional(),
});

const vulnerability = z.strictObject({
  Id: text(limits.vulnerabilityId),
  VulnerablePackages: list(
    z.strictObject({
      Name: text(limits.packageName),
      Version: text(limits.packageVersion).optional(),
      FixedInVersion: text(limits.packageVersion).optional(),
      Remediation: text(limits.recommendation).optional(),
    }),
    20,
  ).optional(),
  Cvss: list(
    z.strictObject({
      Version: text(limits.cvssVersion).optional(),
      BaseScore: z.number().min(0).max(10).optional(),
      BaseVector: text(limits.cvssVector).optional(),
      Source: text(limits.cvssSource).optional(),
    }),
    20,
  ).optional(),
  Vendor: z.strictObject({ Name: text(128), Url: url.optional() }).optional(),
  ReferenceUrls: list(url, 20).optional(),
  FixAvailable: z.enum(['YES', 'NO', 'PARTIAL']).optional(),
  EpssScore: z.number().min(0).max(1).optional(),
  ExploitAvailable: z.enum(['YES', 'NO']).optional(),
});

export const asffSchema = z.strictObject({
  SchemaVersion: z.literal('2018-10-08'),
  Id: text(limits.id),
  ProductArn: text(2048).refine(
    (value) => /^arn:aws[a-z-]*:securityhub:[a-z0-9-]+:(\d{12}):product\/\1\/default$/u.test(value),
    { error: 'is not arn:{partition}:securityhub:{region}:{account}:product/{account}/default' },
  ),
  ProductName: text(limits.productName).optional(),
  CompanyName: text(limits.productName).optional(),
  GeneratorId: text(limits.generatorId),
  AwsAccountId: text(12).regex(/^\d{12}$/u, { error: 'is not 12 digits' }),
  CreatedAt: timestamp,
  UpdatedAt: timestamp,
  FirstObservedAt: timestamp.optional(),
  LastObservedAt: timestamp.optional(),
  FindingProviderFields: z.strictObject({
    Severity: z.strictObject({
      Label: z.enum(severities),
      Original: text(limits.severityOriginal).optional(),
    }),
    Types: list(findingType, limits.types),
    Confidence: z.int().min(0).max(100).optional(),
    Criticality: z.int().min(0).max(100).optional(),
  }),
  Title: text(limits.title),
  Description: text(limits.description),
  Remediation: z
    .strictObject({
      Recommendation: z.strictObject({ Text: text(limits.recommendation), Url: url.optional() }),
    })
    .optional(),
  SourceUrl: url.optional(),
  Resources: list(resource, limits.resources),
  ProductFields: map(
    text(limits.productFieldKey).refine((key) => !key.startsWith('aws/'), {
      error: 'has a key that begins with aws/',
    }),
    text(limits.productFieldValue),
    limits.productFields,
  ).optional(),
  Compliance: z
    .strictObject({
      Status: z.enum(['PASSED', 'WARNING', 'FAILED', 'NOT_AVAILABLE']).optional(),
      RelatedRequirements: list(text(limits.requirement), limits.requirements).optional(),
      AssociatedStandards: list(z.strictObject({ StandardsId: text(512) }), limits.standards).optional(),
    })
    .optional(),
  Vulnerabilities: list(vulnerability, limits.vulnerabilities).optional(),
  RecordState: z.enum(['ACTIVE', 'ARCHIVED']),
});
