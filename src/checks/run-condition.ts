import type { Facts } from '../domain/observation.ts';
import { toCelValue, type CelValue, type FactType } from './fact-type.ts';

/** The variables of a condition. */
export interface ConditionContext {
  readonly facts: CelValue;
  readonly target: { readonly transport: string; readonly port: bigint; readonly address: string };
  readonly observedAt: Date;
  /** Where the condition is asked of each item of a list. */
  readonly item?: CelValue;
}

/** What a condition is asked about. */
export interface Circumstances {
  readonly facts: Facts;
  readonly target: { readonly transport: string; readonly port: number; readonly address: string };
  /** ISO 8601. */
  readonly observedAt: string;
}

export type ConditionOutcome =
  | { readonly ok: true; readonly fires: boolean }
  | { readonly ok: false; readonly reason: string; readonly cause: unknown };

/** Turns circumstances into a condition's variables; the same for all checks of one probe. */
export function conditionContext(
  factType: FactType,
  { facts, target, observedAt }: Circumstances,
): ConditionContext {
  return {
    facts: toCelValue(factType, { ...facts }),
    target: { ...target, port: BigInt(target.port) },
    observedAt: new Date(observedAt),
  };
}

/** Runs a condition. One that cannot be evaluated is an outcome of its own, neither yes nor no. */
export function runCondition(
  condition: { readonly run: (context: ConditionContext) => unknown },
  context: ConditionContext,
): ConditionOutcome {
  try {
    const fires = condition.run(context);
    return typeof fires === 'boolean'
      ? { ok: true, fires }
      : { ok: false, reason: `a condition that came to a ${typeof fires}`, cause: fires };
  } catch (cause) {
    const summary = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    return { ok: false, reason: `a condition that failed (${summary ?? ''})`, cause };
  }
}
