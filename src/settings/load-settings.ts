import { CheckError, compileCheck, type CompiledCheck } from '../checks/compile.ts';
import type { ProbeFacts } from '../checks/expression-environment.ts';
import type { PermanentError } from '../domain/errors.ts';
import type { Transport } from '../domain/exposure.ts';
import type { Facts } from '../domain/observation.ts';
import { configProblem, throwProblems } from './config-problem.ts';
import { nameOf, readConfigFiles, type ConfigFiles } from './config-files.ts';
import { crossCheck } from './cross-checks.ts';
import type { Environment } from './environment.ts';
import { overBaseline } from './baseline.ts';
import { authorisationsOf, schedulesOf } from './picket-file.ts';
import { pathName } from './schema-problems.ts';
import type { Settings } from './settings.ts';
import { readTrust } from './trust.ts';

/**
 * Reads the configuration folder, validates every file, cross-checks all ids in both directions, and compiles the
 * checks against the probes' facts.
 *
 * @throws PermanentError `config-invalid` that lists every problem with file, line and column, what was found and
 *   what was expected.
 */
export async function loadSettings(input: {
  readonly environment: Pick<Environment, 'configDir'>;
  readonly probes: readonly (ProbeFacts & { readonly transport: Transport })[];
  /** What checks may name beside probes. */
  readonly derivations: readonly ProbeFacts[];
}): Promise<Settings> {
  const files = await readConfigFiles(input.environment.configDir);
  const sources = [...input.probes, ...input.derivations];
  const { checks, problems: checkProblems } = compileChecks(files, sources);
  const ids = {
    tcp: input.probes.filter(({ transport }) => transport === 'tcp').map(({ id }) => id),
    udp: input.probes.filter(({ transport }) => transport === 'udp').map(({ id }) => id),
    all: sources.map(({ id }) => id),
  };
  const { trust, problems: trustProblems } =
    files.picket === null
      ? { trust: [], problems: [] }
      : await readTrust(input.environment.configDir, files.picket);
  throwProblems('The configuration', [
    ...files.problems,
    ...crossCheck(files, ids),
    ...trustProblems,
    ...checkProblems,
  ]);

  const { picket, ports, profiles, frameworks } = files;
  if (picket === null || ports === null || profiles === null) {
    throw new TypeError('A configuration file is missing, but nothing was said about it.');
  }
  return Object.freeze({
    authorisations: frozen(authorisationsOf(picket.value)),
    schedules: frozen(schedulesOf(picket.value)),
    regions: frozen(picket.value.regions),
    approvedPorts: frozen(picket.value.approvedPorts),
    trust: frozen(trust),
    publish: frozen(picket.value.publish),
    scan: frozen(picket.value.scan),
    ports: frozen(ports.value.ports),
    profiles: frozen(profiles.value.profiles),
    frameworks: frozen(frameworks.map(({ value }) => value)),
    checks: Object.freeze(checks),
  });
}

function compileChecks(
  files: ConfigFiles,
  probes: readonly ProbeFacts[],
): { checks: CompiledCheck[]; problems: PermanentError[] } {
  const probeById = new Map(probes.map((probe) => [probe.id, probe]));
  const baselines = new Map(files.baselines.map(({ yaml, value }) => [nameOf(yaml), value as Facts]));
  const checks: CompiledCheck[] = [];
  const problems: PermanentError[] = [];
  // Without a baseline, examples that are fine would look incomplete.
  for (const { yaml, value } of files.incomplete.has('baselines') ? [] : files.checks) {
    const probe = probeById.get(value.probe);
    // An unknown probe is the cross-check's to report.
    if (probe === undefined) continue;
    const complete = (examples: readonly Record<string, unknown>[]): Facts[] =>
      examples.map((example) => overBaseline(baselines.get(probe.id) ?? {}, example as Facts));
    const check = frozen({
      ...value,
      examples: { fires: complete(value.examples.fires), silent: complete(value.examples.silent) },
    });
    try {
      checks.push(Object.freeze(compileCheck(check, probe)));
    } catch (error) {
      if (!(error instanceof CheckError)) throw error;
      for (const { path, offset, what, got, expected } of error.problems) {
        const place = offset === undefined ? yaml.place(path) : yaml.placeWithin(path, offset);
        problems.push(
          configProblem(place, {
            what: `${pathName(path)}: ${what.charAt(0).toLowerCase()}${what.slice(1)}`,
            ...(got === undefined ? {} : { got }),
            ...(expected === undefined ? {} : { expected }),
          }),
        );
      }
    }
  }
  return { checks, problems };
}

/** Freezes plain data all the way down. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
