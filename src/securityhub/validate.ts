import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { z } from 'zod';
import { asffSchema } from './asff-schema.ts';
import { limits } from './limits.ts';
import { hasUnwanted } from './text.ts';

/** Members that belong to the customer, or that a provider reaches only through FindingProviderFields. */
const NEVER_SENT: Readonly<Record<string, string>> = {
  Severity: "goes in FindingProviderFields, where customers' edits survive",
  Types: "goes in FindingProviderFields, where customers' edits survive",
  Confidence: "goes in FindingProviderFields, where customers' edits survive",
  Criticality: "goes in FindingProviderFields, where customers' edits survive",
  RelatedFindings: "goes in FindingProviderFields, where customers' edits survive",
  Note: 'belongs to the customer and is never sent',
  UserDefinedFields: 'belongs to the customer and is never sent',
  VerificationState: 'belongs to the customer and is never sent',
  Workflow: 'belongs to the customer and is never sent',
  WorkflowState: 'belongs to the customer and is never sent',
};

/**
 * Everything that Security Hub would refuse in a finding, or drop without a word, and everything of the format that
 * Picket does not send. One sentence each, which begins with the JSON path; empty when the finding is good. The SDK
 * itself validates nothing.
 */
export function validateAsff(finding: AwsSecurityFinding): string[] {
  const result = asffSchema.safeParse(finding, { error: shape });
  const problems = result.success ? contradictions(result.data) : result.error.issues.flatMap(sentences);
  for (const [path, text] of texts(finding, '$')) {
    if (hasUnwanted(text)) {
      problems.push(`${path} holds control characters or broken text, expected plain text`);
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(finding));
  if (bytes > limits.findingBytes) {
    problems.push(`$ takes ${bytes} bytes, expected at most ${limits.findingBytes}`);
  }
  return problems;
}

/** The rules that join two members; both are known to be well-formed. */
function contradictions(finding: z.infer<typeof asffSchema>): string[] {
  const [, , , region, account] = finding.ProductArn.split(':');
  const problems: string[] = [];
  if (finding.GeneratorId === finding.Id) {
    problems.push('$.GeneratorId is equal to the Id');
  }
  if (account !== finding.AwsAccountId) {
    problems.push(`$.ProductArn is of account ${account ?? ''}, expected that of AwsAccountId`);
  }
  for (const [index, { Region }] of finding.Resources.entries()) {
    if (Region !== undefined && Region !== region) {
      problems.push(
        `$.Resources[${index}].Region is ${Region}, expected the Region of ProductArn, ${region ?? ''}`,
      );
    }
  }
  if (Date.parse(finding.UpdatedAt) < Date.parse(finding.CreatedAt)) {
    problems.push('$.UpdatedAt is before CreatedAt');
  }
  return problems;
}

/** The rest of the sentence for a member that is missing or of the wrong shape; the schema has the others. */
function shape(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_type') return `is not of type ${issue.expected}`;
  if (issue.code === 'invalid_value') {
    return `is ${JSON.stringify(issue.input)}, expected ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  }
  return undefined;
}

function sentences(issue: z.core.$ZodIssue): string[] {
  const path = jsonPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const reason = issue.path.length === 0 ? NEVER_SENT[key] : undefined;
      return `${jsonPath([...issue.path, key])} ${reason ?? 'is not a member that Picket sends'}`;
    });
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.flatMap((inner) => sentences({ ...inner, path: [...issue.path] }));
  }
  return [`${path} ${issue.message}`];
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part);
    return /^\w+$/u.test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`;
  }, '$');
}

function* texts(value: unknown, path: string): Generator<readonly [string, string]> {
  if (typeof value === 'string') {
    yield [path, value];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* texts(item, `${path}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* texts(item, jsonPathOf(path, key));
  }
}

function jsonPathOf(path: string, key: string): string {
  return `${path}${jsonPath([key]).slice(1)}`;
}
