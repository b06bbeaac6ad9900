import { isObject } from './check-shape.ts';
import type { FindingRecord, StoredFinding } from './finding-store.ts';
import { completeSeverity } from './severity.ts';

/** What customers manage: an import sets it when it creates a finding, never after. */
const CUSTOMERS = ['Note', 'UserDefinedFields', 'VerificationState', 'Workflow'] as const;
/** What providers give in FindingProviderFields; the top level follows until a customer edits it. */
export const PROVIDERS = ['Confidence', 'Criticality', 'RelatedFindings', 'Severity', 'Types'] as const;
/** What the service fills in itself. */
const SERVICES = ['Region', 'AwsAccountName', 'ProcessedAt', 'WorkflowState'] as const;

/** What the service adds to every finding that it takes in. */
export interface ImportStamp {
  readonly region: string;
  readonly accountName: string;
  /** ISO 8601. */
  readonly processedAt: string;
}

/** The finding as it stands after an import: everything is overwritten but what belongs to customers. */
export function mergeImport(
  sent: FindingRecord,
  existing: StoredFinding | undefined,
  stamp: ImportStamp,
): FindingRecord {
  const before = existing?.record;
  const providerFields = mergeProviderFields(sent, before);
  const productName = sent['ProductName'] ?? 'Default';
  const companyName = sent['CompanyName'] ?? 'Personal';
  const recordState = sent['RecordState'] ?? 'ACTIVE';
  return {
    ...omit(sent, [...CUSTOMERS, ...PROVIDERS, ...SERVICES]),
    Region: stamp.region,
    AwsAccountName: stamp.accountName,
    ProcessedAt: stamp.processedAt,
    ProductName: productName,
    CompanyName: companyName,
    RecordState: recordState,
    WorkflowState: 'NEW',
    ...customersFields(sent, before, recordState),
    ...topLevel(providerFields, existing),
    FindingProviderFields: providerFields,
    ProductFields: {
      ...(isObject(sent['ProductFields']) ? sent['ProductFields'] : {}),
      'aws/securityhub/FindingId': `${String(sent['ProductArn'])}/${String(sent['Id'])}`,
      'aws/securityhub/ProductName': productName,
      'aws/securityhub/CompanyName': companyName,
    },
  };
}

function customersFields(
  sent: FindingRecord,
  before: FindingRecord | undefined,
  recordState: unknown,
): FindingRecord {
  const kept = pick(before ?? sent, CUSTOMERS);
  const workflow = isObject(kept['Workflow']) ? kept['Workflow'] : { Status: 'NEW' };
  const comesBack = before?.['RecordState'] === 'ARCHIVED' && recordState === 'ACTIVE';
  const handled = workflow['Status'] === 'NOTIFIED' || workflow['Status'] === 'RESOLVED';
  return { ...kept, Workflow: comesBack && handled ? { ...workflow, Status: 'NEW' } : workflow };
}

/**
 * A new finding may give them at the top level instead. Afterwards the top level of what is sent counts for nothing:
 * what FindingProviderFields leaves out is gone, but for severity and types, which every finding must have.
 */
function mergeProviderFields(sent: FindingRecord, before: FindingRecord | undefined): FindingRecord {
  const given = isObject(sent['FindingProviderFields']) ? sent['FindingProviderFields'] : null;
  const fallback = before === undefined ? sent : asRecord(before['FindingProviderFields']);
  const merged =
    before !== undefined && given !== null
      ? { ...pick(fallback, ['Severity', 'Types']), ...pick(given, PROVIDERS) }
      : { ...pick(fallback, PROVIDERS), ...pick(given ?? {}, PROVIDERS) };
  const { Label, Original } = completeSeverity(asRecord(merged['Severity']));
  return { ...merged, Severity: pick({ Label, Original }, ['Label', 'Original']) };
}

function topLevel(providerFields: FindingRecord, existing: StoredFinding | undefined): FindingRecord {
  const followed = { ...providerFields, Severity: completeSeverity(asRecord(providerFields['Severity'])) };
  const edited = [...(existing?.editedByCustomer ?? [])];
  return { ...omit(followed, edited), ...pick(existing?.record ?? {}, edited) };
}

function asRecord(value: unknown): FindingRecord {
  return isObject(value) ? value : {};
}

function pick(record: FindingRecord, names: readonly string[]): FindingRecord {
  return Object.fromEntries(
    Object.entries(record).filter(([name, value]) => names.includes(name) && given(value)),
  );
}

function omit(record: FindingRecord, names: readonly string[]): FindingRecord {
  return Object.fromEntries(
    Object.entries(record).filter(([name, value]) => !names.includes(name) && given(value)),
  );
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null;
}
