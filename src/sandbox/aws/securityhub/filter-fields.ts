import { isObject } from './check-shape.ts';
import type { FindingRecord } from './finding-store.ts';

export interface FilterField {
  readonly kind: 'string' | 'map' | 'number' | 'date' | 'boolean';
  /** Members to go through; lists on the way are gone through item by item. */
  readonly path: readonly string[];
}

const PATHS: Readonly<Record<FilterField['kind'], readonly (string | [string, string])[]>> = {
  string: [
    'ProductArn',
    'AwsAccountId',
    'AwsAccountName',
    'Id',
    'GeneratorId',
    'Region',
    'Title',
    'Description',
    'SourceUrl',
    'ProductName',
    'CompanyName',
    'VerificationState',
    'WorkflowState',
    'RecordState',
    ['Type', 'Types'],
    ['SeverityLabel', 'Severity.Label'],
    ['RecommendationText', 'Remediation.Recommendation.Text'],
    ['WorkflowStatus', 'Workflow.Status'],
    ['ComplianceStatus', 'Compliance.Status'],
    ['ComplianceSecurityControlId', 'Compliance.SecurityControlId'],
    ['ComplianceAssociatedStandardsId', 'Compliance.AssociatedStandards.StandardsId'],
    ['ResourceType', 'Resources.Type'],
    ['ResourceId', 'Resources.Id'],
    ['ResourcePartition', 'Resources.Partition'],
    ['ResourceRegion', 'Resources.Region'],
    ['ResourceAwsEc2InstanceType', 'Resources.Details.AwsEc2Instance.Type'],
    ['ResourceAwsEc2InstanceVpcId', 'Resources.Details.AwsEc2Instance.VpcId'],
    ['ResourceAwsEc2InstanceSubnetId', 'Resources.Details.AwsEc2Instance.SubnetId'],
    ['NoteText', 'Note.Text'],
    ['NoteUpdatedBy', 'Note.UpdatedBy'],
    ['RelatedFindingsId', 'RelatedFindings.Id'],
    ['RelatedFindingsProductArn', 'RelatedFindings.ProductArn'],
    ['NetworkDirection', 'Network.Direction'],
    ['NetworkProtocol', 'Network.Protocol'],
    ['VulnerabilitiesExploitAvailable', 'Vulnerabilities.ExploitAvailable'],
    ['VulnerabilitiesFixAvailable', 'Vulnerabilities.FixAvailable'],
    ['FindingProviderFieldsSeverityLabel', 'FindingProviderFields.Severity.Label'],
    ['FindingProviderFieldsSeverityOriginal', 'FindingProviderFields.Severity.Original'],
    ['FindingProviderFieldsTypes', 'FindingProviderFields.Types'],
  ],
  map: [
    'ProductFields',
    'UserDefinedFields',
    ['ResourceTags', 'Resources.Tags'],
    ['ResourceDetailsOther', 'Resources.Details.Other'],
  ],
  number: [
    'Confidence',
    'Criticality',
    ['SeverityNormalized', 'Severity.Normalized'],
    ['SeverityProduct', 'Severity.Product'],
    ['NetworkSourcePort', 'Network.SourcePort'],
    ['NetworkDestinationPort', 'Network.DestinationPort'],
    ['FindingProviderFieldsConfidence', 'FindingProviderFields.Confidence'],
    ['FindingProviderFieldsCriticality', 'FindingProviderFields.Criticality'],
  ],
  date: ['FirstObservedAt', 'LastObservedAt', 'CreatedAt', 'UpdatedAt', ['NoteUpdatedAt', 'Note.UpdatedAt']],
  boolean: ['Sample'],
};

/** What GetFindings can filter and sort by, by the filter's name. */
export const FILTER_FIELDS: ReadonlyMap<string, FilterField> = new Map(
  (Object.keys(PATHS) as FilterField['kind'][]).flatMap((kind) =>
    PATHS[kind].map((entry): [string, FilterField] => {
      const [name, path] = typeof entry === 'string' ? [entry, entry] : entry;
      return [name, { kind, path: path.split('.') }];
    }),
  ),
);

/** Every value that a finding has at a path. */
export function valuesAt(record: FindingRecord, path: readonly string[]): unknown[] {
  let values: unknown[] = [record];
  for (const name of path) {
    values = values
      .flatMap((value) => (isObject(value) ? [value[name]] : []))
      .flatMap((value): unknown[] => (Array.isArray(value) ? value : [value]))
      .filter((value) => value !== undefined && value !== null);
  }
  return values;
}
