import type { RequestContext } from '../request-context.ts';
import { updateShape } from './asff-shape.ts';
import { checkShape, isObject } from './check-shape.ts';
import type { FindingRecord, FindingStore } from './finding-store.ts';
import { hubNotEnabled, invalidInput } from './hub-errors.ts';
import { PROVIDERS } from './merge-import.ts';
import { completeSeverity } from './severity.ts';

interface Identifier {
  readonly Id: unknown;
  readonly ProductArn: unknown;
}

/** BatchUpdateFindings: what customers do to findings. `UpdatedAt` does not change with it. */
export function updateFindings(
  body: Readonly<Record<string, unknown>>,
  store: FindingStore,
  context: RequestContext,
): object {
  if (!context.region.hub.enabled) throw hubNotEnabled(context);
  const complaint = checkShape(body, updateShape(), 'data');
  if (complaint !== null) throw invalidInput(`Invalid parameter. ${complaint}`);

  const processed: Identifier[] = [];
  const unprocessed: object[] = [];
  for (const identifier of identifiers(body)) {
    const finding = store.find(identifier.ProductArn, identifier.Id);
    if (finding === undefined) {
      unprocessed.push({
        FindingIdentifier: identifier,
        ErrorCode: 'FindingNotFound',
        ErrorMessage: 'Finding Not Found',
      });
      continue;
    }
    for (const name of PROVIDERS) if (isGiven(body[name])) finding.editedByCustomer.add(name);
    store.replace(finding, edited(finding.record, body, context));
    processed.push(identifier);
  }
  return { ProcessedFindings: processed, UnprocessedFindings: unprocessed };
}

function identifiers(body: Readonly<Record<string, unknown>>): Identifier[] {
  const list = body['FindingIdentifiers'];
  return Array.isArray(list) ? list.filter(isObject).map(({ Id, ProductArn }) => ({ Id, ProductArn })) : [];
}

function edited(
  record: FindingRecord,
  body: Readonly<Record<string, unknown>>,
  context: RequestContext,
): FindingRecord {
  const replaced = Object.entries(body).filter(
    ([name, value]) => name !== 'FindingIdentifiers' && isGiven(value),
  );
  const { Note: note, Severity: severity } = body;
  return {
    ...record,
    ...Object.fromEntries(replaced),
    ...(isObject(note) ? { Note: { ...note, UpdatedAt: new Date(context.clock.now()).toISOString() } } : {}),
    ...(isObject(severity) ? { Severity: { ...original(record), ...completeSeverity(severity) } } : {}),
  };
}

/** The provider's own value stays beside the customer's. */
function original(record: FindingRecord): object {
  const severity = record['Severity'];
  return isObject(severity) && isGiven(severity['Original']) ? { Original: severity['Original'] } : {};
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
