import { BatchImportFindingsCommand } from '@aws-sdk/client-securityhub';
import type { BatchImportFindingsResponse, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { PermanentError, RetryableError } from '../domain/errors.ts';
import type { Destination } from '../domain/finding.ts';
import { hubError, hubNotEnabled, inputRefusal } from './call-failure.ts';
import type { InputRefusal } from './call-failure.ts';
import type { Packable } from './pack.ts';
import { paceAttempts } from './pacer.ts';
import type { Pacer } from './pacer.ts';
import { cleanText, clip } from './text.ts';

interface Refused<Item> {
  readonly item: Item;
  readonly code: string;
  readonly message: string;
}

/** What became of each finding of a batch; together they are the whole batch. */
export interface BatchOutcome<Item> {
  readonly published: Item[];
  /** Refused for what they are; the same again would be refused again. */
  readonly rejected: Refused<Item>[];
  /** Refused for now: the service's own trouble, reported for single findings. */
  readonly deferred: Refused<Item>[];
}

export interface ImportContext {
  readonly client: SecurityHubClient;
  readonly destination: Destination;
  readonly pacer: Pacer;
  readonly signal?: AbortSignal | undefined;
}

/** Single findings whose calls may be refused before a batch without one success counts as refused as a whole. */
const REFUSALS_TO_GIVE_UP = 4;
const TRANSIENT = /throttl|toomany|limitexceeded|internal|unavailable|timeout|concurren/iu;

/**
 * Sends one batch and says what became of each finding.
 *
 * When the call as a whole is refused for its input, which takes only one malformed finding, the batch is halved until
 * the culprit stands alone, so that it harms no other. Failures that are no finding's own are thrown: retryable, or
 * permanent with `securityhub-not-enabled`, `securityhub-input-refused` or a code of the AWS errors. An abort throws
 * the signal's reason; what was in flight then may have arrived, and sending it again is harmless.
 */
export async function importBatch<Item extends Packable>(
  batch: readonly Item[],
  context: ImportContext,
): Promise<BatchOutcome<Item>> {
  const outcome: BatchOutcome<Item> = { published: [], rejected: [], deferred: [] };
  const stack: (readonly Item[])[] = [batch];
  let refusals = 0;
  let accepted = false;
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    const result = await send(part, context);
    if ('published' in result) {
      accepted = true;
      outcome.published.push(...result.published);
      outcome.rejected.push(...result.rejected);
      outcome.deferred.push(...result.deferred);
    } else if (part.length > 1) {
      const middle = Math.ceil(part.length / 2);
      stack.push(part.slice(middle), part.slice(0, middle));
    } else {
      refusals += 1;
      outcome.rejected.push(...part.map((item) => ({ item, ...result })));
      if (!accepted && batch.length > 1 && refusals >= Math.min(REFUSALS_TO_GIVE_UP, batch.length)) {
        throw refusedAsAWhole(result, context.destination);
      }
    }
  }
  return outcome;
}

async function send<Item extends Packable>(
  part: readonly Item[],
  { client, destination, pacer, signal }: ImportContext,
): Promise<BatchOutcome<Item> | InputRefusal> {
  const command = new BatchImportFindingsCommand({ Findings: part.map(({ asff }) => asff) });
  paceAttempts(command, pacer, signal);
  let response: BatchImportFindingsResponse;
  try {
    response = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
  } catch (error) {
    signal?.throwIfAborted();
    const refusal = inputRefusal(error);
    if (refusal === undefined) {
      throw hubError(error, 'BatchImportFindings', destination);
    }
    return refusal;
  }
  return itemOutcomes(part, response, destination);
}

function itemOutcomes<Item extends Packable>(
  part: readonly Item[],
  response: BatchImportFindingsResponse,
  destination: Destination,
): BatchOutcome<Item> {
  const failures = new Map((response.FailedFindings ?? []).map((failed) => [failed.Id, failed]));
  const failed = part.flatMap((item): Refused<Item>[] => {
    const failure = failures.get(item.asff.Id);
    if (failure === undefined) {
      return [];
    }
    const code = clip(cleanText(failure.ErrorCode ?? ''), 128) || 'Unknown';
    const message = clip(cleanText(failure.ErrorMessage ?? ''), 1024) || 'Security Hub gave no reason.';
    return [{ item, code, message }];
  });
  // An answer that does not add up says nothing about who got in. Sending the same revision again is harmless.
  const succeeded = part.length - failed.length;
  if (response.FailedCount !== failed.length || response.SuccessCount !== succeeded) {
    throw new RetryableError('securityhub-answer-inconsistent', {
      what: "Security Hub's answer to BatchImportFindings does not add up",
      where: `account ${destination.accountId}, Region ${destination.region}`,
      got: `${response.SuccessCount ?? 'no'} successes, ${response.FailedCount ?? 'no'} failures and the names of ${failed.length} findings that failed`,
      expected: `an outcome for each of ${part.length}`,
    });
  }
  if (succeeded === 0 && failed.every(({ code }) => code.startsWith('InvalidAccess'))) {
    throw hubNotEnabled(destination, failed[0]?.message ?? 'InvalidAccess');
  }
  return {
    published: part.filter(({ asff }) => !failures.has(asff.Id)),
    rejected: failed.filter(({ code }) => !TRANSIENT.test(code)),
    deferred: failed.filter(({ code }) => TRANSIENT.test(code)),
  };
}

function refusedAsAWhole(refusal: InputRefusal, { accountId, region }: Destination): PermanentError {
  return new PermanentError('securityhub-input-refused', {
    what: 'Security Hub refuses every finding that is sent, so the fault is not in one of them',
    where: `account ${accountId}, Region ${region}`,
    got: `${refusal.code} "${refusal.message}"`,
  });
}
