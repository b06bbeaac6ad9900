import type { RequestContext } from '../request-context.ts';
import { isObject } from './check-shape.ts';
import type { FindingStore } from './finding-store.ts';
import { hubNotEnabled, invalidInput, notAuthorised } from './hub-errors.ts';
import { mergeImport } from './merge-import.ts';
import { complaintAbout } from './validate-finding.ts';

const MOST_FINDINGS = 100;
const LARGEST_CALL_BYTES = 6 * 1024 * 1024;
const PRODUCT_ARN = /^arn:[a-z0-9-]+:securityhub:[a-z0-9-]+:(\d{12})?:product\/[^/\s]+\/[^/\s]+$/u;

interface Failure {
  readonly Id: string;
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/**
 * BatchImportFindings.
 *
 * @param bytes size of the request's body.
 * @returns the answer, in which failed findings stand by themselves.
 * @throws ServiceError when the call fails as a whole, in which case nothing is stored.
 */
export function importFindings(
  body: Readonly<Record<string, unknown>>,
  bytes: number,
  store: FindingStore,
  context: RequestContext,
): object {
  const findings = readFindings(body, bytes);
  for (const finding of findings) requireProduct(finding, context);
  const { hub } = context.region;
  if (!hub.enabled && hub.refusal === 'call') throw hubNotEnabled(context);

  const failures: Failure[] = [];
  const seen = new Set<string>();
  for (const finding of findings) {
    const id = typeof finding['Id'] === 'string' && finding['Id'] !== '' ? finding['Id'] : '(none)';
    const failure = importOne(finding, id, seen, store, context);
    if (failure !== null) failures.push({ Id: id, ...failure });
  }
  return {
    FailedCount: failures.length,
    SuccessCount: findings.length - failures.length,
    FailedFindings: failures,
  };
}

function readFindings(body: Readonly<Record<string, unknown>>, bytes: number): Record<string, unknown>[] {
  const unknown = Object.keys(body).find((name) => name !== 'Findings');
  if (unknown !== undefined)
    throw invalidInput(`Invalid parameter '${unknown}'. data should NOT have additional properties`);
  const findings = body['Findings'];
  if (findings === undefined || findings === null) {
    throw invalidInput(`Invalid parameter 'Findings'. data should have required property 'Findings'`);
  }
  if (!Array.isArray(findings))
    throw invalidInput(`Invalid parameter 'Findings'. data.Findings should be array`);
  if (findings.length < 1)
    throw invalidInput(`Invalid parameter 'Findings'. data.Findings should NOT have fewer than 1 items`);
  if (findings.length > MOST_FINDINGS) {
    throw invalidInput(
      `Invalid parameter 'Findings'. data.Findings should NOT have more than ${MOST_FINDINGS} items`,
    );
  }
  if (bytes > LARGEST_CALL_BYTES) {
    throw invalidInput(`Request size of ${bytes} bytes exceeds the maximum of ${LARGEST_CALL_BYTES} bytes`);
  }
  return findings.map((finding, index) => {
    if (isObject(finding)) return finding;
    throw invalidInput(`Invalid parameter 'Findings'. data.Findings[${index}] should be object`);
  });
}

/** The product, its Region and its account decide on the call as a whole, and so does the finding's account. */
function requireProduct(finding: Readonly<Record<string, unknown>>, context: RequestContext): void {
  const arn = finding['ProductArn'];
  // A finding without one fails by itself, as without any other required member.
  if (arn === undefined || arn === null) return;
  if (typeof arn !== 'string' || !PRODUCT_ARN.test(arn)) {
    throw invalidInput(
      `Invalid parameter 'ProductArn'. productArn: ${JSON.stringify(arn).slice(0, 300)} is not valid`,
    );
  }
  const accountId = finding['AwsAccountId'];
  // One that is no account id at all is that finding's own failure.
  const strange =
    typeof accountId === 'string' && /^\d{12}$/u.test(accountId) && accountId !== context.caller.accountId;
  if (arn !== defaultProductArn(context) || strange) {
    throw notAuthorised('BatchImportFindings', arn, context);
  }
}

export function defaultProductArn({ region }: Pick<RequestContext, 'region'>): string {
  return `arn:${region.partition}:securityhub:${region.name}:${region.accountId}:product/${region.accountId}/default`;
}

function importOne(
  finding: Readonly<Record<string, unknown>>,
  id: string,
  seen: Set<string>,
  store: FindingStore,
  context: RequestContext,
): Omit<Failure, 'Id'> | null {
  if (!context.region.hub.enabled) {
    const { message } = hubNotEnabled(context);
    return { ErrorCode: 'InvalidAccess', ErrorMessage: message };
  }
  // Of two with one id only the first is processed; the other is passed over in silence.
  if (seen.has(id)) return null;
  seen.add(id);
  const fault = context.faults.nextForFinding(
    {
      service: 'securityhub',
      action: 'BatchImportFindings',
      region: context.region.name,
      account: context.account.accountId,
    },
    id,
  );
  if (fault !== null) {
    return {
      ErrorCode: fault.code ?? 'InternalFailure',
      ErrorMessage: fault.message ?? 'Internal server error',
    };
  }
  const complaint = complaintAbout(finding, Buffer.byteLength(JSON.stringify(finding)));
  if (complaint !== null) return { ErrorCode: 'InvalidInput', ErrorMessage: complaint };
  const existing = store.find(finding['ProductArn'], finding['Id']);
  const isNewer = existing === undefined || time(finding) > time(existing.record);
  if (isNewer) {
    store.import(
      mergeImport(finding, existing, {
        region: context.region.name,
        accountName: context.account.name,
        processedAt: new Date(context.clock.now()).toISOString(),
      }),
    );
  }
  return null;
}

function time(finding: Readonly<Record<string, unknown>>): number {
  return Date.parse(String(finding['UpdatedAt']));
}
