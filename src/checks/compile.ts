import { z } from 'zod';
import type { Check } from '../domain/check.ts';
import { PermanentError } from '../domain/errors.ts';
import type { Facts } from '../domain/observation.ts';
import { expressionEnvironment, type ProbeFacts } from './expression-environment.ts';
import { expressionProblem, oneOf, type CheckProblem } from './expression-problem.ts';
import { factTypeAt, fieldNames, type FactType } from './fact-type.ts';
import { forbiddenPart } from './forbidden.ts';
import { eachProblems, isItemField, itemContexts } from './each.ts';
import {
  conditionContext,
  runCondition,
  type ConditionContext,
  type ConditionOutcome,
} from './run-condition.ts';

/** A check that is ready to run: its condition is type-checked and its examples have come out as they say. */
export interface CompiledCheck {
  readonly check: Check;
  readonly factType: FactType;
  /** The condition; throws when it cannot be evaluated, as on a null that it does not expect. */
  readonly run: (context: ConditionContext) => unknown;
}

/** A check that cannot be used, with every reason; code `check-invalid`. */
export class CheckError extends PermanentError {
  readonly problems: readonly CheckProblem[];

  constructor(checkId: string, problems: readonly [CheckProblem, ...CheckProblem[]]) {
    const [{ what, got, expected }] = problems;
    super('check-invalid', {
      what: problems.length === 1 ? what : `${what} (and ${problems.length - 1} more problems)`,
      where: `check ${checkId}`,
      ...(got === undefined ? {} : { got }),
      ...(expected === undefined ? {} : { expected }),
    });
    this.problems = problems;
  }
}

/** The moment and the place at which examples are looked at, for conditions that use `observedAt` or `target`. */
export const exampleCircumstances = {
  observedAt: '2026-01-01T00:00:00.000Z',
  target: { transport: 'tcp', port: 443, address: '203.0.113.10' },
} as const;

/**
 * Compiles a check against the facts of its probe, and runs its examples.
 *
 * @throws CheckError when the condition does not parse, has a misspelt fact or another type error, is not a yes or
 *   no, uses `matches`, when evidence names no fact, or when an example is not a valid set of facts or comes out
 *   the other way.
 */
export function compileCheck(check: Check, probe: ProbeFacts): CompiledCheck {
  const listProblems = check.each === undefined ? [] : eachProblems(check.each, probe);
  if (isSome(listProblems)) throw new CheckError(check.id, listProblems);
  const { factType, typed, untyped } = expressionEnvironment(probe, check.each?.list);
  const problems: CheckProblem[] = [];

  const result = typed.check(check.when);
  const conditionProblem =
    result.error === undefined
      ? conditionShapeProblem(result.type, () => forbiddenPart(typed.parse(check.when).ast))
      : expressionProblem(check.when, result.error, factType, probe.id);
  if (conditionProblem !== null) problems.push(conditionProblem);

  check.evidence.forEach((name, index) => {
    if (factTypeAt(factType, name) !== undefined || isItemField(check, factType, name)) return;
    problems.push({
      path: ['evidence', index],
      what: `Evidence names a fact that the ${probe.id} probe does not have`,
      got: JSON.stringify(name),
      expected: oneOf(fieldNames(factType), name),
    });
  });

  if (conditionProblem === null) {
    problems.push(...exampleProblems({ check, factType, run: untyped.parse(check.when) }, probe));
  }
  if (isSome(problems)) throw new CheckError(check.id, problems);
  return { check, factType, run: untyped.parse(check.when) };
}

function isSome(problems: readonly CheckProblem[]): problems is readonly [CheckProblem, ...CheckProblem[]] {
  return problems.length > 0;
}

/** Whether the condition holds, for any item where it is asked of each. */
function runOnAny(compiled: CompiledCheck, context: ConditionContext): ConditionOutcome {
  const { each } = compiled.check;
  if (each === undefined) return runCondition(compiled, context);
  const outcomes = itemContexts(context, each.list).map((one) => runCondition(compiled, one));
  return (
    outcomes.find((outcome) => !outcome.ok) ??
    outcomes.find((outcome) => outcome.ok && outcome.fires) ?? { ok: true, fires: false }
  );
}

function conditionShapeProblem(
  type: string | undefined,
  forbidden: () => ReturnType<typeof forbiddenPart>,
): CheckProblem | null {
  if (type !== 'bool') {
    return {
      path: ['when'],
      what: 'The condition is not a yes or no',
      got: `type ${type ?? 'unknown'}`,
      expected: 'type bool',
    };
  }
  const part = forbidden();
  return part === null ? null : { path: ['when'], what: 'The condition is not allowed', ...part };
}

function exampleProblems(compiled: CompiledCheck, probe: ProbeFacts): CheckProblem[] {
  const { fires, silent } = compiled.check.examples;
  return [
    ...fires.flatMap((facts, index) => exampleProblem(compiled, probe, facts, 'fires', index)),
    ...silent.flatMap((facts, index) => exampleProblem(compiled, probe, facts, 'silent', index)),
  ];
}

function exampleProblem(
  compiled: CompiledCheck,
  probe: ProbeFacts,
  facts: Facts,
  list: 'fires' | 'silent',
  index: number,
): CheckProblem[] {
  const path = ['examples', list, index];
  const valid = probe.facts instanceof z.ZodType ? probe.facts.safeParse(facts) : null;
  if (valid?.success === false) {
    return valid.error.issues.map((issue) => ({
      path: [...path, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))],
      what: `An example is not what the ${probe.id} probe reports`,
      got: `${['facts', ...issue.path].join('.')}: ${issue.message}`,
      expected: 'facts of its schema, or the part that differs from the baseline',
    }));
  }
  const outcome = runOnAny(compiled, conditionContext(compiled.factType, { facts, ...exampleCircumstances }));
  if (outcome.ok && outcome.fires === (list === 'fires')) return [];
  return [
    {
      path,
      what: `An example does not come out as its list says`,
      got: outcome.ok
        ? outcome.fires
          ? 'a condition that holds'
          : 'a condition that does not hold'
        : outcome.reason,
      expected: list === 'fires' ? 'one that holds' : 'one that does not hold',
    },
  ];
}
