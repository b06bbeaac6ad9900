import type { PermanentError } from '../domain/errors.ts';
import { configProblem, found } from './config-problem.ts';
import { nameOf, type ConfigFiles } from './config-files.ts';
import { oneOf, pathName } from './schema-problems.ts';
import { DEFAULT_PROFILE } from './settings.ts';
import type { Path, YamlFile } from './yaml-file.ts';

/** What can be named: probes by their transport, and everything that has facts. */
interface ProbeIds {
  readonly tcp: readonly string[];
  readonly udp: readonly string[];
  readonly all: readonly string[];
}

/** Holds the files against each other: every id that is used must be defined, every control defined must be used. */
export function crossCheck(files: ConfigFiles, probeIds: ProbeIds): PermanentError[] {
  return [
    ...profileProblems(files),
    ...probeProblems(files, probeIds),
    // What a file with problems of its own would have defined or used is not known.
    ...(files.incomplete.has('frameworks') ? [] : requirementProblems(files)),
    ...(files.incomplete.has('checks') ? [] : unusedControls(files)),
  ];
}

function profileProblems({ picket, profiles }: ConfigFiles): PermanentError[] {
  if (profiles === null) return [];
  const ids = profiles.value.profiles.map(({ id }) => id);
  const missing = ids.includes(DEFAULT_PROFILE)
    ? []
    : [
        configProblem(profiles.yaml.place(['profiles']), {
          what: 'The default profile is missing',
          got: ids.join(', '),
          expected: `a profile with the id ${DEFAULT_PROFILE}`,
        }),
      ];
  if (picket === null) return missing;
  return [
    ...missing,
    ...picket.value.schedules.flatMap(({ profile }, index) =>
      unknown(picket.yaml, ['schedules', index, 'profile'], 'a profile', profile, ids),
    ),
  ];
}

function probeProblems(files: ConfigFiles, probeIds: ProbeIds): PermanentError[] {
  const { ports, profiles, checks, baselines } = files;
  const unknownProbe = (yaml: YamlFile, path: Path, id: string, known: readonly string[]): PermanentError[] =>
    unknown(yaml, path, 'a probe', id, known);
  return [
    ...(ports?.value.ports ?? []).flatMap(({ probes, transport }, index) =>
      probes.flatMap((id, at) =>
        ports === null
          ? []
          : unknownProbe(ports.yaml, ['ports', index, 'probes', at], id, probeIds[transport]),
      ),
    ),
    ...(profiles?.value.profiles ?? []).flatMap(({ probesOnUnknownPorts }, index) =>
      probesOnUnknownPorts.flatMap((id, at) =>
        profiles === null
          ? []
          : unknownProbe(profiles.yaml, ['profiles', index, 'probesOnUnknownPorts', at], id, probeIds.tcp),
      ),
    ),
    ...checks.flatMap(({ yaml, value }) => unknownProbe(yaml, ['probe'], value.probe, probeIds.all)),
    ...baselines.flatMap(({ yaml }) =>
      probeIds.all.includes(nameOf(yaml))
        ? []
        : [
            configProblem(yaml.place([]), {
              what: "A baseline's file has not the name of a probe",
              got: nameOf(yaml),
              expected: oneOf(probeIds.all, nameOf(yaml)),
            }),
          ],
    ),
  ];
}

function requirementProblems({ checks, frameworks }: ConfigFiles): PermanentError[] {
  const controls = new Map(frameworks.map(({ yaml, value }) => [nameOf(yaml), Object.keys(value.controls)]));
  return checks.flatMap(({ yaml, value }) =>
    value.requirements.flatMap((requirement, index) => {
      const path = ['requirements', index];
      const [framework, control] = split(requirement);
      const known = controls.get(framework);
      return known === undefined
        ? unknown(yaml, path, 'a framework', framework, [...controls.keys()])
        : unknown(yaml, path, `a control of ${framework}`, control, known);
    }),
  );
}

function unusedControls({ checks, frameworks }: ConfigFiles): PermanentError[] {
  const used = new Set(checks.flatMap(({ value }) => value.requirements));
  return frameworks.flatMap(({ yaml, value }) =>
    Object.keys(value.controls)
      .filter((control) => !used.has(`${nameOf(yaml)}/${control}`))
      .map((control) =>
        configProblem(yaml.placeOfKey(['controls'], control), {
          what: 'A control is not used',
          got: found(control),
          expected: `at least one check with the requirement ${nameOf(yaml)}/${control}`,
        }),
      ),
  );
}

function unknown(
  yaml: YamlFile,
  path: Path,
  kind: string,
  name: string,
  known: readonly string[],
): PermanentError[] {
  if (known.includes(name)) return [];
  return [
    configProblem(yaml.place(path), {
      what: `${pathName(path)} names ${kind} that does not exist`,
      got: found(name),
      expected: oneOf(known, name),
    }),
  ];
}

/** `pci-dss-4.0.1/2.2.7` into framework and control. */
function split(requirement: string): [framework: string, control: string] {
  const slash = requirement.indexOf('/');
  return [requirement.slice(0, slash), requirement.slice(slash + 1)];
}
