import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { differences } from './compare.ts';
import { namespaceProblem, runInside } from './namespace.ts';
import type { FleetReport, ScannedFleet } from './scanned.ts';
import { readTruth } from './truth.ts';

const problem = namespaceProblem();
const required = process.env['CI'] === 'true';
const needs = problem === null ? '' : ` (${problem})`;
// Reporters only count what is skipped.
if (problem !== null && !required) console.warn(`skipped: the fleet of real servers${needs}`);

const truth = readTruth();
const shown = new Set(truth.flatMap(({ endpoints }) => endpoints.flatMap(({ fires }) => fires)));
const withoutServer = z
  .record(z.string(), z.string())
  .parse(parse(readFileSync(path.join(import.meta.dirname, 'without-a-server.yaml'), 'utf8')));

/** Several times what it takes where nothing else runs. */
const PATIENCE_MS = 300_000;

describe.skipIf(problem !== null && !required)(`the fleet of real servers${needs}`, () => {
  let report: FleetReport;

  beforeAll(async () => {
    if (problem !== null) throw new Error(`CI must have the fleet: ${problem}`);
    const main = path.join(import.meta.dirname, 'main.ts');
    const { code, stdout, stderr } = await runInside(main, ['scan'], {
      signal: AbortSignal.timeout(PATIENCE_MS - 10_000),
    });
    if (code !== 0)
      throw new Error(`The fleet was not scanned (exit code ${code}):\n${stderr.slice(-10_000)}`);
    report = JSON.parse(stdout) as FleetReport;
    if (required && report.skipped.length > 0)
      throw new Error(`CI must have the whole fleet, and has not: ${report.skipped.join(', ')}`);
    for (const reason of report.skipped) console.warn(`skipped: of the fleet ${reason}`);
  }, PATIENCE_MS);

  describe.each([
    ['with everything allowed', 0],
    ['with reading alone', 1],
  ])('scanned %s', (_, index) => {
    const scanned = (): ScannedFleet => {
      const scan = report.scans[index];
      if (scan === undefined) throw new Error('There is no such scan.');
      return scan;
    };

    it.for(truth)('shows $name as it is', (host, { skip }) => {
      const reason = report.skipped.find((one) => one.startsWith(`${host.server} `));
      if (reason !== undefined) skip(reason);
      const { hosts, classes } = scanned();
      const seen = hosts.find(({ name }) => name === host.name);
      expect(differences(host, seen, { classes, checks: report.checks })).toEqual([]);
    });

    it('runs probes of the classes that are allowed, and of no other', () => {
      const { hosts, classes } = scanned();
      const ran = hosts
        .flatMap(({ endpoints }) => endpoints.flatMap(({ observations }) => observations))
        .map(({ probe }) => report.probes[probe] ?? 'read');
      expect([...new Set(ran)].toSorted()).toEqual([...classes].toSorted());
    });
  });

  it('has the truth about checks that exist', () => {
    expect([...shown].filter((id) => report.checks[id] === undefined)).toEqual([]);
  });

  it('shows every check firing, but those that no server of Debian can be brought to', () => {
    const unshown = Object.keys(report.checks).filter((id) => !shown.has(id));
    expect(unshown.toSorted()).toEqual(Object.keys(withoutServer).toSorted());
  });
});
