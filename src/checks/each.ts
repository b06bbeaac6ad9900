import type { Check, Severity } from '../domain/check.ts';
import { severities } from '../domain/check.ts';
import type { Facts, FactValue } from '../domain/observation.ts';
import { expressionEnvironment, type ProbeFacts } from './expression-environment.ts';
import { oneOf, type CheckProblem } from './expression-problem.ts';
import { factTypeAt, fieldNames, type FactType } from './fact-type.ts';
import type { ConditionContext } from './run-condition.ts';

type Each = NonNullable<Check['each']>;

/** What is wrong with a check's `each`: it names a list of objects among the facts, and fields of its items. */
export function eachProblems(each: Each, probe: ProbeFacts): CheckProblem[] {
  const { factType } = expressionEnvironment(probe);
  const item = itemType(factType, each.list);
  if (item === undefined) {
    const lists = fieldNames(factType).filter((name) => itemType(factType, name) !== undefined);
    return [
      {
        path: ['each', 'list'],
        what: `There is no list of objects of this name among the facts of ${probe.id}`,
        got: JSON.stringify(each.list),
        expected: oneOf(lists, each.list),
      },
    ];
  }
  const named = { key: each.key, ...(each.severity === undefined ? {} : { severity: each.severity }) };
  return Object.entries(named).flatMap(([field, name]) =>
    factTypeAt(item, name)?.kind === 'string'
      ? []
      : [
          {
            path: ['each', field],
            what: `Items of ${each.list} have no text of this name`,
            got: JSON.stringify(name),
            expected: oneOf(fieldNames(item), name),
          },
        ],
  );
}

/** Whether the name is `item.<field>` with a field of the items that the check looks at. */
export function isItemField({ each }: Check, factType: FactType, name: string): boolean {
  if (each === undefined || !name.startsWith('item.')) return false;
  const item = itemType(factType, each.list);
  return item !== undefined && factTypeAt(item, name.slice('item.'.length)) !== undefined;
}

/** A context for each item of the list. */
export function itemContexts(context: ConditionContext, list: string): ConditionContext[] {
  const { facts } = context;
  const items = typeof facts === 'object' && facts !== null && !Array.isArray(facts) ? facts[list] : null;
  return Array.isArray(items) ? items.map((item) => ({ ...context, item })) : [];
}

/** The items as facts, in the same order as {@link itemContexts}. */
export function itemsOf(facts: Facts, list: string): FactValue[] {
  const items = facts[list];
  return Array.isArray(items) ? items : [];
}

/** The item's own severity where the check takes it from there. */
export function severityOf(check: Check, item: FactValue): Severity {
  const field = check.each?.severity;
  const own = field === undefined ? undefined : textAt(item, field);
  return severities.find((severity) => severity === own) ?? check.severity;
}

/** A text of the item, empty where it has none. */
export function textAt(item: FactValue, field: string): string {
  const value = typeof item === 'object' && item !== null && !Array.isArray(item) ? item[field] : undefined;
  return typeof value === 'string' ? value : '';
}

function itemType(factType: FactType, list: string): FactType | undefined {
  const type = factTypeAt(factType, list);
  return type?.kind === 'list' && type.item.kind === 'object' ? type.item : undefined;
}
