import type { AwsSecurityFinding, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { RetryableError } from '../domain/errors.ts';
import type { Destination, Finding } from '../domain/finding.ts';
import { toAsff } from './asff.ts';
import { importBatch } from './import-batch.ts';
import type { BatchOutcome } from './import-batch.ts';
import type { Outbox } from './outbox.ts';
import { packFindings } from './pack.ts';
import type { Pacer } from './pacer.ts';
import { validateAsff } from './validate.ts';

export interface DrainRequest {
  readonly outbox: Outbox;
  /** A client for the destination's Region with credentials of the destination's account. */
  readonly client: SecurityHubClient;
  readonly destination: Destination;
  /** `aws`, `aws-us-gov`… */
  readonly partition: string;
  /** Of the destination, and kept from one drain to the next: the quota does not begin anew with a drain. */
  readonly pacer: Pacer;
  readonly now?: (() => Date) | undefined;
  /** Aborting it ends the drain soon, with the signal's reason; what was recorded stays recorded. */
  readonly signal?: AbortSignal | undefined;
  readonly logger?: DrainLogger | undefined;
  /** Calls in flight at the same time. One call takes a good part of a second, so the quota needs several. */
  readonly callsAtOnce?: number | undefined;
}

/** As of pino: particulars first, then a sentence. */
interface DrainLogger {
  warn(particulars: Readonly<Record<string, unknown>>, sentence: string): void;
}

export interface DrainResult {
  /** Findings that Security Hub took. */
  readonly published: number;
  /** Findings parked with a reason, by our validation or by the service. */
  readonly rejected: number;
  /** BatchImportFindings calls that brought an answer, without repetitions by the SDK. */
  readonly calls: number;
}

interface Outgoing {
  readonly id: string;
  readonly revision: number;
  readonly asff: AwsSecurityFinding;
}

const PAGE = 500;
const CALLS_AT_ONCE = 10;
/** Passes over the outbox before the rest is left to the next drain: a bound, should the outbox never run dry. */
const PASSES = 20;

/**
 * Brings a destination in line with the ledger: sends every finding whose newest revision it does not have, until there
 * is none left. Safe to run again after any failure, because the same revision sent twice changes nothing.
 *
 * A finding that fails is parked with its reason and harms no other. Failures that are no finding's own end the drain:
 * `RetryableError` when it may work later (throttled, unreachable, failing), `PermanentError` when somebody has to act
 * (`securityhub-not-enabled`, `aws-denied`…). By then everything that did get an answer is recorded, and nothing else is
 * parked. At most `callsAtOnce` batches and one page of findings are held in memory.
 */
export async function drainDestination(request: DrainRequest): Promise<DrainResult> {
  const total = { published: 0, rejected: 0, calls: 0 };
  // Findings change while a pass is on its way, so only one that meets nothing says that all are published.
  for (let passes = 0; passes < PASSES; passes += 1) {
    const pass = await drainOnce(request, total);
    if (pass.deferred !== null) {
      throw new RetryableError('securityhub-deferred', {
        what: `Security Hub could not take ${pass.deferred.count} findings for now`,
        where: `account ${request.destination.accountId}, Region ${request.destination.region}`,
        got: `${pass.deferred.code} "${pass.deferred.message}"`,
      });
    }
    if (pass.met === 0) {
      break;
    }
  }
  return total;
}

interface Pass {
  met: number;
  deferred: { count: number; code: string; message: string } | null;
}

async function drainOnce(
  request: DrainRequest,
  total: { published: number; rejected: number; calls: number },
): Promise<Pass> {
  const pass: Pass = { met: 0, deferred: null };
  const failures: unknown[] = [];
  const inFlight = new Set<Promise<void>>();
  const { callsAtOnce = CALLS_AT_ONCE } = request;
  const sendBatch = async (batch: readonly Outgoing[]): Promise<void> => {
    const outcome = await importBatch(batch, request);
    total.calls += 1;
    await settle(request, outcome);
    total.published += outcome.published.length;
    total.rejected += outcome.rejected.length;
    const [first] = outcome.deferred;
    if (first !== undefined) {
      const count = (pass.deferred?.count ?? 0) + outcome.deferred.length;
      pass.deferred = { count, code: first.code, message: first.message };
    }
  };

  try {
    for await (const batch of packFindings(outgoing(request, pass, total))) {
      const call: Promise<void> = sendBatch(batch)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => inFlight.delete(call));
      inFlight.add(call);
      // Until one call has succeeded there is only one: a hub that is off or unreachable need not be asked ten times.
      if (inFlight.size >= (total.calls === 0 ? 1 : callsAtOnce)) {
        await Promise.race(inFlight);
      }
      if (failures.length > 0) {
        break;
      }
    }
  } catch (error) {
    failures.push(error);
  }
  // What is already on its way is waited for and recorded, whatever happened to the others.
  await Promise.all(inFlight);
  if (failures.length > 0) {
    throw failures[0];
  }
  return pass;
}

/** The outbox page by page, in the wire format; what is not valid is parked here and never sent. */
async function* outgoing(
  request: DrainRequest,
  pass: Pass,
  total: { rejected: number },
): AsyncGenerator<Outgoing, void, void> {
  const { outbox, destination, partition, signal } = request;
  let after: string | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const page: readonly Finding[] = await outbox.findingsToPublish(destination, { after, limit: PAGE });
    pass.met += page.length;
    const refused: { item: Outgoing; code: string; message: string }[] = [];
    for (const finding of page) {
      const { id, revision } = finding;
      const asff = toAsff(finding, { partition });
      const problems = validateAsff(asff);
      if (problems.length === 0) {
        yield { id, revision, asff };
      } else {
        const message = `The finding is not valid ASFF and was not sent: ${problems.slice(0, 5).join('; ')}.`;
        refused.push({ item: { id, revision, asff }, code: 'asff-invalid', message });
      }
    }
    if (refused.length > 0) {
      await settle(request, { published: [], rejected: refused, deferred: [] });
      total.rejected += refused.length;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) {
      return;
    }
    after = last.id;
  }
}

async function settle(
  { outbox, logger, destination, now = () => new Date() }: DrainRequest,
  { published, rejected }: BatchOutcome<Outgoing>,
): Promise<void> {
  const at = now();
  if (published.length > 0) {
    await outbox.recordPublished(
      published.map(({ id, revision }) => ({ id, revision })),
      at,
    );
  }
  if (rejected.length > 0) {
    await outbox.recordRejected(
      rejected.map(({ item, code, message }) => ({ id: item.id, revision: item.revision, code, message })),
      at,
    );
  }
  for (const { item, code, message } of rejected) {
    logger?.warn({ finding: item.id, code, ...destination }, `A finding was not published. ${message}`);
  }
}
