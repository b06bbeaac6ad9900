import { describe, expect, it } from 'vitest';
import { toAsff } from '../../src/securityhub/asff.ts';
import { validateAsff } from '../../src/securityhub/validate.ts';
import { aFinding } from './a-finding.ts';

/** What the validation says of a good finding in which one member is replaced, or taken out by `undefined`. */
function problemsWith(path: string, value: unknown): string[] {
  return validateAsff(replaced(toAsff(aFinding(), { partition: 'aws' }), path.split('.'), value));
}

/** A copy with the member at the path replaced; the type is no longer kept, which is what the tests are about. */
function replaced<Whole>(whole: Whole, [key = '', ...rest]: readonly string[], value: unknown): Whole {
  const copy: Record<string, unknown> = { ...(whole as Record<string, unknown>) };
  if (rest.length > 0) copy[key] = replaced(copy[key] ?? {}, rest, value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return (Array.isArray(whole) ? Object.values(copy) : copy) as Whole;
}

const items = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index));
const entries = (count: number, value = 'v') =>
  Object.fromEntries(items(count, (index) => [`k${index}`, value]));

describe('validateAsff', () => {
  it('finds nothing wrong with a good finding', () => {
    expect(problemsWith('Title', 'x')).toEqual([]);
  });

  it.each([
    'SchemaVersion',
    'Id',
    'ProductArn',
    'GeneratorId',
    'AwsAccountId',
    'CreatedAt',
    'UpdatedAt',
    'Title',
    'Description',
    'Resources',
    'FindingProviderFields',
    'FindingProviderFields.Severity',
    'FindingProviderFields.Types',
    'RecordState',
  ])('wants %s', (member) => {
    expect(problemsWith(member, undefined)).toEqual([`$.${member} is missing`]);
  });

  // Path, longest text, and how the member is made of the text.
  const longest: [string, number, (text: string) => unknown, string?][] = [
    ['Id', 512, (text) => text],
    ['GeneratorId', 512, (text) => text],
    ['Title', 256, (text) => text],
    ['Description', 1024, (text) => text],
    ['ProductName', 128, (text) => text],
    ['Remediation.Recommendation.Text', 512, (text) => text],
    ['FindingProviderFields.Severity.Original', 64, (text) => text],
    ['Compliance.RelatedRequirements', 64, (text) => [text], '[0]'],
    ['ProductFields.a', 2048, (text) => text],
    ['Resources.0.Details.Other.a', 1023, (text) => text],
    ['Resources.0.Id', 512, (text) => text],
    ['Vulnerabilities', 32, (text) => [{ Id: text }], '[0].Id'],
  ];
  it.each(longest)(
    'takes %s of %i characters, but not one more, none or only blanks',
    (path, most, make, rest) => {
      const where = `$.${path.replaceAll('.0', '[0]')}${rest ?? ''}`;
      const problems = (text: string) => problemsWith(path, make(text));
      expect(problems('x'.repeat(most))).toEqual([]);
      expect(problems('x'.repeat(most + 1))).toEqual([
        `${where} has ${most + 1} characters, expected at most ${most}`,
      ]);
      expect(problems('')).toEqual([`${where} is empty`]);
      expect(problems('  ')).toEqual([`${where} is blank`]);
    },
  );

  const fullest: [string, number, (count: number) => unknown][] = [
    ['FindingProviderFields.Types', 50, (count) => items(count, (index) => `Effects/${index}`)],
    ['Resources', 32, (count) => items(count, () => ({ Type: 'Other', Id: 'x' }))],
    [
      'Resources.0.Details.AwsEc2Instance.IpV4Addresses',
      10,
      (count) => items(count, (index) => `192.0.2.${index}`),
    ],
    [
      'Resources.0.Details.AwsEc2Instance.IpV6Addresses',
      10,
      (count) => items(count, (index) => `2001:db8::${index}`),
    ],
    ['Compliance.RelatedRequirements', 32, (count) => items(count, (index) => `r${index}`)],
    [
      'Compliance.AssociatedStandards',
      20,
      (count) => items(count, (index) => ({ StandardsId: `s${index}` })),
    ],
    ['ProductFields', 50, entries],
    ['Resources.0.Tags', 50, entries],
    ['Resources.0.Details.Other', 50, entries],
  ];
  it.each(fullest)('takes %s with %i entries, but not one more and not none', (path, most, make) => {
    const where = `$.${path.replaceAll('.0', '[0]')}`;
    expect(problemsWith(path, make(most))).toEqual([]);
    const [problem, ...more] = problemsWith(path, make(most + 1));
    expect(more).toEqual([]);
    expect(problem?.startsWith(`${where} has `)).toBe(true);
    expect(problem).toMatch(new RegExp(` at most ${most}$`));
    expect(problemsWith(path, make(0))).toEqual([expect.stringContaining(`${where} is empty`)]);
  });

  const others: [string, string, unknown, RegExp][] = [
    [
      'another schema',
      'SchemaVersion',
      '2020-01-01',
      /^\$\.SchemaVersion is "2020-01-01", expected "2018-10-08"$/,
    ],
    ['a number for text', 'Title', 7, /^\$\.Title is not of type string$/],
    [
      'a GeneratorId equal to the Id',
      'GeneratorId',
      toAsff(aFinding(), { partition: 'aws' }).Id,
      /^\$\.GeneratorId is equal to the Id$/,
    ],
    ['an account of 11 digits', 'AwsAccountId', '11112222333', /AwsAccountId is not 12 digits/],
    [
      'a product of another account',
      'AwsAccountId',
      '444455556666',
      /^\$\.ProductArn is of account 111122223333, expected that of AwsAccountId$/,
    ],
    [
      'a malformed product',
      'ProductArn',
      'arn:aws:securityhub:eu-central-1::product/aws/x',
      /^\$\.ProductArn is not arn:/,
    ],
    [
      'a resource of another Region',
      'Resources.0.Region',
      'us-east-1',
      /^\$\.Resources\[0\]\.Region is us-east-1, expected the Region of ProductArn/,
    ],
    [
      'a partition that the format does not know',
      'Resources.0.Partition',
      'aws-eusc',
      /^\$\.Resources\[0\]\.Partition is "aws-eusc", expected "aws", /,
    ],
    ['a time without zone', 'UpdatedAt', '2026-03-01T10:00:00', /^\$\.UpdatedAt is not an instant/],
    ['a time with offset', 'CreatedAt', '2026-03-01T10:00:00+01:00', /^\$\.CreatedAt is not an instant/],
    [
      'a day that does not exist',
      'LastObservedAt',
      '2026-13-41T10:00:00Z',
      /^\$\.LastObservedAt is not an instant/,
    ],
    [
      'an update before the creation',
      'UpdatedAt',
      '2026-02-01T10:00:00.000Z',
      /^\$\.UpdatedAt is before CreatedAt$/,
    ],
    [
      'an unknown severity',
      'FindingProviderFields.Severity.Label',
      'SEVERE',
      /Label is "SEVERE", expected "INFORMATIONAL"/,
    ],
    [
      'a type of four parts',
      'FindingProviderFields.Types',
      ['Effects/a/b/c'],
      /Types\[0\] is "Effects\/a\/b\/c", expected namespace\/category\/classifier/,
    ],
    [
      'a type with an empty part',
      'FindingProviderFields.Types',
      ['Effects//b'],
      /Types\[0\] is "Effects\/\/b", expected namespace/,
    ],
    [
      'a type of no namespace',
      'FindingProviderFields.Types',
      ['Weakness/a'],
      /Types\[0\] is "Weakness\/a", expected one of Software/,
    ],
    [
      'a tag value that is refused',
      'Resources.0.Tags',
      { a: 'x & y' },
      /^\$\.Resources\[0\]\.Tags\.a has refused characters$/,
    ],
    [
      'a tag value that is too long',
      'Resources.0.Tags',
      { a: 'x'.repeat(257) },
      /Tags\.a is longer than 256/,
    ],
    [
      'a tag key that is refused',
      'Resources.0.Tags',
      { 'a*': 'x' },
      /Tags.* has a key with refused characters/,
    ],
    [
      'a product field of AWS',
      'ProductFields',
      { 'aws/x': 'y' },
      /ProductFields.* has a key that begins with aws\//,
    ],
    [
      'a key of a product field that is too long',
      'ProductFields',
      { ['x'.repeat(129)]: 'y' },
      /has 129 characters, expected at most 128/,
    ],
    [
      'an unknown record state',
      'RecordState',
      'CLOSED',
      /^\$\.RecordState is "CLOSED", expected "ACTIVE", "ARCHIVED"$/,
    ],
    ['an unknown compliance status', 'Compliance.Status', 'OK', /^\$\.Compliance\.Status is "OK"/],
    [
      'a recommendation that is no URL',
      'Remediation.Recommendation.Url',
      'javascript:alert(1)',
      /Recommendation\.Url is not a URL/,
    ],
    ['a control character', 'Title', 'a\u001b[2J', /^\$\.Title holds control characters/],
    [
      'half a surrogate pair',
      'ProductFields',
      { 'a b': '\ud83d' },
      /^\$\.ProductFields\["a b"\] holds control/,
    ],
    ['an unknown member', 'Titel', 'x', /^\$\.Titel is not a member that Picket sends$/],
    [
      'an unknown member of a resource',
      'Resources.0.Colour',
      'x',
      /^\$\.Resources\[0\]\.Colour is not a member that Picket sends$/,
    ],
    [
      'the retired Network',
      'Network',
      { Protocol: 'tcp' },
      /^\$\.Network is not a member that Picket sends$/,
    ],
    ['a note', 'Note', { Text: 'x', UpdatedBy: 'y' }, /^\$\.Note belongs to the customer/],
    ['fields of the user', 'UserDefinedFields', { a: 'b' }, /^\$\.UserDefinedFields belongs to the customer/],
    ['a workflow', 'Workflow', { Status: 'NEW' }, /^\$\.Workflow belongs to the customer/],
    ['a verification', 'VerificationState', 'UNKNOWN', /^\$\.VerificationState belongs to the customer/],
    ['a severity at the top', 'Severity', { Label: 'LOW' }, /^\$\.Severity goes in FindingProviderFields/],
    ['types at the top', 'Types', ['Effects'], /^\$\.Types goes in FindingProviderFields/],
  ];
  it.each(others)('refuses %s', (_, path, value, sentence) => {
    const problems = problemsWith(path, value);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });

  it('refuses a finding of more than 240 KB, counted in bytes of UTF-8', () => {
    const details = (text: string) =>
      items(32, () => ({
        Type: 'Other',
        Id: 'x',
        Details: { Other: Object.fromEntries(items(5, (index) => [`k${index}`, text])) },
      }));
    expect(problemsWith('Resources', details('x'.repeat(1000)))).toEqual([]);
    expect(problemsWith('Resources', details('é'.repeat(1000)))).toEqual([
      expect.stringMatching(/^\$ takes 3\d{5} bytes, expected at most 240000$/),
    ]);
  });

  it('names every problem, not only the first', () => {
    expect(problemsWith('FindingProviderFields', { Severity: { Label: 'X' }, Colour: 1 })).toHaveLength(3);
  });
});
