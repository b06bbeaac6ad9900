import {
  ComplianceStatus,
  NetworkDirection,
  Partition,
  RecordState,
  SeverityLabel,
  VerificationState,
  VulnerabilityExploitAvailable,
  VulnerabilityFixAvailable,
  WorkflowState,
  WorkflowStatus,
} from '@aws-sdk/client-securityhub';

/** What the service asks of one member beyond its shape. Lengths are in characters. */
export interface Limit {
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
  /** `YYYY-MM-DDTHH:MM:SS[.fff]Z`. */
  readonly timestamp?: true;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly integer?: true;
  /** For lists. */
  readonly minItems?: number;
  readonly maxItems?: number;
  /** For maps. */
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly maxKeyLength?: number;
  readonly forbiddenKeys?: RegExp;
  /** For what a list or map holds. */
  readonly each?: Limit;
}

const timestamp = { timestamp: true } as const;
const score = { integer: true, minimum: 0, maximum: 100 } as const;
const port = { integer: true, minimum: 0, maximum: 65_535 } as const;
const types = { maxItems: 50, each: { pattern: /^([^/]+)(\/[^/]+){0,2}$/u } } as const;
const text = (maxLength: number): Limit => ({ maxLength });
const labels = (values: Readonly<Record<string, string>>): Limit => ({ oneOf: Object.values(values) });
const accountId = { pattern: /^[0-9]{12}$/u } as const;
const userDefinedFields = { maxProperties: 50, maxKeyLength: 128, each: text(1024) } as const;
const relatedFindings = { minItems: 1, maxItems: 10 } as const;
const severity = { Label: labels(SeverityLabel), Original: text(64), Normalized: score } as const;

/** By structure and member. What is not here is held to its shape alone. */
export const LIMITS: Readonly<Record<string, Readonly<Record<string, Limit>>>> = {
  AwsSecurityFinding: {
    SchemaVersion: { oneOf: ['2018-10-08'] },
    Id: text(512),
    ProductArn: text(2048),
    ProductName: text(128),
    CompanyName: text(128),
    Region: text(16),
    GeneratorId: text(512),
    AwsAccountId: accountId,
    AwsAccountName: text(50),
    Types: types,
    FirstObservedAt: timestamp,
    LastObservedAt: timestamp,
    CreatedAt: timestamp,
    UpdatedAt: timestamp,
    ProcessedAt: timestamp,
    Confidence: score,
    Criticality: score,
    Title: text(256),
    Description: text(1024),
    ProductFields: { maxProperties: 50, maxKeyLength: 128, forbiddenKeys: /^aws\//u, each: text(2048) },
    UserDefinedFields: userDefinedFields,
    Malware: { maxItems: 5 },
    Threats: { minItems: 1, maxItems: 32 },
    ThreatIntelIndicators: { minItems: 1, maxItems: 5 },
    Resources: { minItems: 1, maxItems: 32 },
    VerificationState: labels(VerificationState),
    WorkflowState: labels(WorkflowState),
    RecordState: labels(RecordState),
    RelatedFindings: relatedFindings,
  },
  FindingProviderFields: {
    Confidence: score,
    Criticality: score,
    RelatedFindings: relatedFindings,
    Types: types,
  },
  FindingProviderSeverity: severity,
  Severity: severity,
  Resource: {
    Type: text(256),
    Region: text(16),
    Partition: labels(Partition),
    Tags: {
      minProperties: 1,
      maxKeyLength: 128,
      each: { maxLength: 256, pattern: /^[A-Za-z0-9 .:+=@_/-]*$/u },
    },
  },
  ResourceDetails: { Other: { maxProperties: 50, maxKeyLength: 127, each: text(1023) } },
  AwsEc2InstanceDetails: {
    IpV4Addresses: { maxItems: 10 },
    IpV6Addresses: { maxItems: 10 },
    LaunchedAt: timestamp,
  },
  AwsEc2NetworkInterfaceAttachment: { AttachTime: timestamp },
  Recommendation: { Text: text(512) },
  Compliance: {
    Status: labels(ComplianceStatus),
    RelatedRequirements: { maxItems: 32, each: text(64) },
    AssociatedStandards: { maxItems: 20 },
  },
  Vulnerability: {
    Id: text(32),
    FixAvailable: labels(VulnerabilityFixAvailable),
    ExploitAvailable: labels(VulnerabilityExploitAvailable),
    LastKnownExploitAt: timestamp,
    EpssScore: { minimum: 0, maximum: 1 },
  },
  Cvss: { BaseScore: { minimum: 0, maximum: 10 } },
  VulnerabilityVendor: { VendorCreatedAt: timestamp, VendorUpdatedAt: timestamp },
  Workflow: { Status: labels(WorkflowStatus) },
  Note: { Text: text(512), UpdatedAt: timestamp },
  Network: {
    Direction: labels(NetworkDirection),
    Protocol: text(16),
    SourcePort: port,
    DestinationPort: port,
    SourceDomain: text(128),
    DestinationDomain: text(128),
  },
  PortRange: { Begin: port, End: port },
  ActionLocalPortDetails: { Port: port, PortName: text(128) },
  ActionRemotePortDetails: { Port: port, PortName: text(128) },
  ProcessDetails: { Name: text(64), Path: text(512), LaunchedAt: timestamp, TerminatedAt: timestamp },
  Malware: { Name: text(64), Path: text(512) },
  Threat: { Name: text(128), Severity: text(128), FilePaths: { minItems: 1, maxItems: 5 } },
  ThreatIntelIndicator: { Value: text(512), Source: text(64), LastObservedAt: timestamp },
  PatchSummary: { Id: text(256), RebootOption: text(256), Operation: text(256) },
  GeneratorDetails: { Labels: { maxItems: 10 } },
  // Of BatchUpdateFindings.
  BatchUpdateFindingsRequest: {
    FindingIdentifiers: { minItems: 1, maxItems: 100 },
    Confidence: score,
    Criticality: score,
    Types: types,
    UserDefinedFields: userDefinedFields,
    VerificationState: labels(VerificationState),
    RelatedFindings: relatedFindings,
  },
  NoteUpdate: { Text: text(512), UpdatedBy: text(512) },
  SeverityUpdate: { Label: labels(SeverityLabel), Normalized: score },
  WorkflowUpdate: { Status: labels(WorkflowStatus) },
};
