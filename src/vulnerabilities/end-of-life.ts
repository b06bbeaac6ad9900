import { productKey, type Software } from '../domain/software.ts';
import type { ReleaseCycles } from '../domain/vulnerability.ts';
import { compareVersions, isWithin } from './version.ts';

export interface EndOfLife {
  /** Whether corrections have ended. */
  readonly over: boolean;
  /** The cycle of versions that it belongs to; `< 2.2` when that is not listed, but a later one that is over. */
  readonly cycle: string;
  /** The last day with corrections; null when there is no such day, or it is not known. */
  readonly endsOn: string | null;
}

/**
 * Whether a piece of software is maintained at a moment.
 *
 * @param at ISO 8601.
 * @returns null when its version is not known, or nothing is known of the version.
 */
export function endOfLife(table: readonly ReleaseCycles[], software: Software, at: string): EndOfLife | null {
  const { version } = software;
  const own = table.find((entry) => productKey(entry) === productKey(software));
  if (version === null || own === undefined) return null;
  const cycles = own.cycles.toSorted((left, right) => compareVersions(left.cycle, right.cycle));
  // The closest one: 9.18 before 9.
  const cycle = cycles.filter((one) => isWithin(version, one.cycle)).at(-1);
  if (cycle !== undefined) {
    const { endsOn } = cycle;
    return { over: endsOn !== null && at.slice(0, 10) > endsOn, cycle: cycle.cycle, endsOn };
  }
  // No cycle outlives the next one, so what came before one that is over is over too. Else nothing is known.
  const later = cycles.find((one) => compareVersions(one.cycle, version) > 0);
  const over = later !== undefined && later.endsOn !== null && at.slice(0, 10) > later.endsOn;
  return over ? { over, cycle: `< ${later.cycle}`, endsOn: null } : null;
}
