import type { AwsSecurityFinding, Compliance, RecordState } from '@aws-sdk/client-securityhub';
import type { Destination, Finding } from '../domain/finding.ts';
import { FOUND_GOOD } from '../domain/finding-life.ts';
import { productFields } from './asff-fields.ts';
import { asffResource } from './asff-resource.ts';
import { asffDescription, asffRecommendation } from './asff-sentences.ts';
import { asffVulnerabilities, softwareSubject } from './asff-vulnerabilities.ts';
import { complianceCategory, limits, ownPrefix } from './limits.ts';
import { cleanText, clip } from './text.ts';

/**
 * A finding in the AWS Security Finding Format. Pure, and always the whole of it, because an update overwrites all that
 * Security Hub holds. Left out on purpose: what belongs to the customer (workflow, notes, fields of their own,
 * verification), and severity and types at the top level, where a customer's edit must survive.
 */
export function toAsff(finding: Finding, options: { readonly partition: string }): AwsSecurityFinding {
  const { content } = finding;
  const compliance = asffCompliance(finding);
  const vulnerabilities = asffVulnerabilities(content);
  return {
    SchemaVersion: '2018-10-08',
    Id: asffId(finding),
    ProductArn: productArn(finding, options.partition),
    ProductName: 'Picket',
    GeneratorId: `${ownPrefix}${finding.checkId}`,
    AwsAccountId: finding.accountId,
    CreatedAt: finding.firstSeenAt,
    FirstObservedAt: finding.firstSeenAt,
    LastObservedAt: finding.lastSeenAt,
    UpdatedAt: finding.updatedAt,
    FindingProviderFields: {
      Severity: {
        Label: content.severity,
        Original: clip(cleanText(content.rationale), limits.severityOriginal) || content.severity,
      },
      Types: [content.category],
    },
    Title: asffTitle(finding),
    Description: asffDescription(finding),
    Remediation: { Recommendation: asffRecommendation(finding) },
    Resources: [asffResource(content.endpoint, options.partition)],
    ProductFields: productFields(finding),
    ...(compliance === undefined ? {} : { Compliance: compliance }),
    ...(vulnerabilities === undefined ? {} : { Vulnerabilities: vulnerabilities }),
    RecordState: recordState(finding),
  };
}

/** The product under which an account publishes findings of its own making, in one Region. */
export function productArn(destination: Destination, partition: string): string {
  const { accountId, region } = destination;
  return `arn:${partition}:securityhub:${region}:${accountId}:product/${accountId}/default`;
}

/**
 * The finding's name in Security Hub: readable, the same at every run, different for every identity. A discriminator
 * that may come from the network is written out only when it is short and plain; otherwise our own hash stands for it,
 * behind a `#`, which no plain one holds.
 */
export function asffId(finding: Finding): string {
  const { endpointId, transport, port, checkId, discriminator } = finding;
  const base = `${ownPrefix}${endpointId}/${transport}/${port}/${checkId}`;
  if (discriminator === '' && base.length <= limits.id) {
    return base;
  }
  const readable = `${base}/${discriminator}`;
  if (discriminator !== '' && readable.length <= limits.id && /^[\w.:@+=,/-]+$/u.test(discriminator)) {
    return readable;
  }
  const hashed = `${base}/#${finding.id}`;
  return hashed.length <= limits.id ? hashed : `${ownPrefix}#${finding.id}`;
}

/** An accepted risk is still there, so it stays active; only evidence archives. */
function recordState(finding: Finding): RecordState {
  return finding.state === 'resolved' ? 'ARCHIVED' : 'ACTIVE';
}

/**
 * The port is part of the title: consoles list titles, and one instance may have the same weakness twice. So is the
 * vulnerability or the product that a finding about software is about.
 */
function asffTitle({ content, port, transport }: Finding): string {
  const where = ` (port ${port}/${transport})`;
  const subject = softwareSubject(content);
  const title = cleanText(content.title);
  return `${clip(subject === undefined ? title : `${subject}: ${title}`, limits.title - where.length)}${where}`;
}

/**
 * The requirements that the check supports, and a status only where the check is about a compliance rule. A finding
 * that was resolved because its port is closed or out of reach has not passed anything.
 */
function asffCompliance(finding: Finding): Compliance | undefined {
  const requirements = finding.content.requirements
    .map((requirement) => clip(cleanText(requirement), limits.requirement))
    .filter((requirement) => requirement !== '')
    .slice(0, limits.requirements);
  const about = finding.content.category.startsWith(complianceCategory);
  const good = finding.resolution === FOUND_GOOD ? 'PASSED' : 'NOT_AVAILABLE';
  const compliance: Compliance = {
    ...(about ? { Status: finding.state === 'resolved' ? good : 'FAILED' } : {}),
    ...(requirements.length === 0 ? {} : { RelatedRequirements: requirements }),
  };
  return Object.keys(compliance).length === 0 ? undefined : compliance;
}
