import type { Check, Verdict } from '../domain/check.ts';
import { PermanentError } from '../domain/errors.ts';
import type { FactValue, Observation } from '../domain/observation.ts';
import type { CompiledCheck } from './compile.ts';
import { conditionContext, runCondition, type ConditionContext } from './run-condition.ts';

/** A check that could not be evaluated. It has no verdict: nothing may be opened or resolved on it. */
interface CheckFailure {
  readonly check: Check;
  readonly observation: Observation;
  /** Code `check-failed`; names the check and the target. */
  readonly error: PermanentError;
}

/** What the checks say of one observation; each check of its probe is in exactly one of the two lists. */
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
  let context: ConditionContext | null = null;
  for (const compiled of checks) {
    const { check } = compiled;
    if (check.probe !== observation.probe) continue;
    context ??= conditionContext(compiled.factType, {
      facts,
      observedAt,
      target: { transport, port, address },
    });
    const outcome = runCondition(compiled, context);
    if (outcome.ok) {
      const evidence = Object.fromEntries(check.evidence.map((name) => [name, factAt(facts, name)]));
      verdicts.push({ check, observation, fires: outcome.fires, evidence, discriminator: '' });
      continue;
    }
    failures.push({
      check,
      observation,
      error: new PermanentError(
        'check-failed',
        {
          what: `The check ${check.id} could not be evaluated`,
          where: `${address}, ${transport} port ${port}`,
          got: outcome.reason,
          expected: 'true or false; a nullable fact may need "… != null &&" before it',
        },
        { cause: outcome.cause },
      ),
    });
  }
  return { verdicts, failures };
}

/** The fact at a dotted path; null where the path leads through a null or an older observation lacks it. */
function factAt(facts: FactValue | Observation['facts'], path: string): FactValue {
  let current: FactValue = facts as FactValue;
  for (const name of path.split('.')) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return null;
    current = (Object.hasOwn(current, name) ? current[name] : undefined) ?? null;
  }
  return current;
}
