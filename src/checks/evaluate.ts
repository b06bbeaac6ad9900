import type { Check, Verdict } from '../domain/check.ts';
import { PermanentError } from '../domain/errors.ts';
import type { Facts, FactValue, Observation } from '../domain/observation.ts';
import type { CompiledCheck } from './compile.ts';
import { itemContexts, itemsOf, severityOf, textAt } from './each.ts';
import { conditionContext, runCondition, type ConditionContext } from './run-condition.ts';

/** A check that could not be evaluated. It has no verdict: nothing may be opened or resolved on it. */
interface CheckFailure {
  readonly check: Check;
  readonly observation: Observation;
  /** Code `check-failed`; names the check and the target. */
  readonly error: PermanentError;
}

/**
 * What the checks say of one observation; each check of its probe has verdicts, or is among the failures. Where the
 * facts say of themselves that they are not `complete`, only what fires is among the verdicts.
 */
export interface Evaluation {
  readonly verdicts: readonly Verdict[];
  readonly failures: readonly CheckFailure[];
}

/**
 * Runs those of the checks that are about the observation's probe. Pure. An observation without facts gets no
 * verdict: silence is not a pass.
 */
export function evaluate(checks: readonly CompiledCheck[], observation: Observation): Evaluation {
  const verdicts: Verdict[] = [];
  const failures: CheckFailure[] = [];
  const { facts, observedAt, transport, port, address } = observation;
  if (observation.status !== 'answered' || facts === null) return { verdicts, failures };
  // What a look that was not complete did not find may be there all the same: that is no pass.
  const complete = facts['complete'] !== false;
  let context: ConditionContext | null = null;
  for (const compiled of checks) {
    if (compiled.check.probe !== observation.probe) continue;
    context ??= conditionContext(compiled.factType, {
      facts,
      observedAt,
      target: { transport, port, address },
    });
    const judged = judge(compiled, observation, facts, context);
    if (Array.isArray(judged)) verdicts.push(...judged.filter(({ fires }) => fires || complete));
    else failures.push(failureOf(compiled.check, observation, judged));
  }
  return { verdicts, failures };
}

interface Unjudged {
  readonly reason: string;
  readonly cause: unknown;
}

function judge(
  { check, run }: CompiledCheck,
  observation: Observation,
  facts: Facts,
  context: ConditionContext,
): Verdict[] | Unjudged {
  const basis = { check, observation, severity: check.severity, discriminator: observation.name ?? '' };
  if (check.each === undefined) {
    const outcome = runCondition({ run }, context);
    if (!outcome.ok) return outcome;
    return [{ ...basis, fires: outcome.fires, others: false, evidence: evidenceOf(check, facts, null) }];
  }
  const { list, key } = check.each;
  const items = itemsOf(facts, list);
  const verdicts: Verdict[] = [];
  for (const [index, one] of itemContexts(context, list).entries()) {
    const outcome = runCondition({ run }, one);
    if (!outcome.ok) return outcome;
    const item = items[index] ?? null;
    if (!outcome.fires) continue;
    verdicts.push({
      ...basis,
      fires: true,
      others: false,
      severity: severityOf(check, item),
      evidence: evidenceOf(check, facts, item),
      discriminator: textAt(item, key),
    });
  }
  // Whatever else this check has found here before is there no more.
  return [...verdicts, { ...basis, fires: false, others: true, evidence: {} }];
}

function failureOf(
  check: Check,
  observation: Observation,
  { reason, cause }: Unjudged,
): Evaluation['failures'][number] {
  const { address, transport, port } = observation;
  return {
    check,
    observation,
    error: new PermanentError(
      'check-failed',
      {
        what: `The check ${check.id} could not be evaluated`,
        where: `${address}, ${transport} port ${port}`,
        got: reason,
        expected: 'true or false; a nullable fact may need "… != null &&" before it',
      },
      { cause },
    ),
  };
}

function evidenceOf(check: Check, facts: Facts, item: FactValue): Facts {
  return Object.fromEntries(
    check.evidence.map((name) => [
      name.replace(/^item\./, ''),
      name.startsWith('item.') ? factAt(item, name.slice('item.'.length)) : factAt(facts as FactValue, name),
    ]),
  );
}

/** The fact at a dotted path; null where the path leads through a null or an older observation lacks it. */
function factAt(facts: FactValue, path: string): FactValue {
  let current: FactValue = facts;
  for (const name of path.split('.')) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return null;
    current = (Object.hasOwn(current, name) ? current[name] : undefined) ?? null;
  }
  return current;
}
