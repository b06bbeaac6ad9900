import type { Facts, FactValue } from '../domain/observation.ts';

/**
 * Lays an example over a probe's baseline: mappings are merged, everything else, lists included, replaces what the
 * baseline has.
 */
export function overBaseline(baseline: Facts, example: Facts): Facts {
  return Object.fromEntries(
    [...new Set([...Object.keys(baseline), ...Object.keys(example)])].map((name) => {
      const before = baseline[name];
      const after = Object.hasOwn(example, name) ? example[name] : before;
      return [name, isMapping(before) && isMapping(after) ? overBaseline(before, after) : (after ?? null)];
    }),
  ) as Facts;
}

function isMapping(value: FactValue | undefined): value is { [key: string]: FactValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
