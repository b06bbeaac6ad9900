import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe } from 'vitest';

/** Debian keeps PostgreSQL's server programs out of the path, by version. */
function postgresDirectories(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    return readdirSync(root)
      .sort((left, right) => Number(right) - Number(left))
      .map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

/** Where a program is, or undefined when this machine does not have it. */
export function findProgram(program: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...postgresDirectories()];
  return directories
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * A group of tests that need a program. Where it is missing they are skipped, by name and with the reason; in CI,
 * which must have it, that is a failure.
 */
export function describeWith(program: string, name: string, tests: () => void): void {
  const missing = findProgram(program) === undefined;
  const required = process.env.CI === 'true';
  const title = missing ? `${name} (needs ${program}, which is not installed)` : name;
  // Reporters only count what is skipped.
  if (missing && !required) console.warn(`skipped: ${title}`);
  describe.skipIf(missing && !required)(`${title}`, () => {
    beforeAll(() => {
      if (missing) throw new Error(`${program} is not installed, and CI must have it`);
    });
    tests();
  });
}
