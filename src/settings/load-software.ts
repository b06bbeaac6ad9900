import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { factTypeAt, factTypeOf, type FactType } from '../checks/fact-type.ts';
import type { ProbeFacts } from '../checks/expression-environment.ts';
import type { PermanentError } from '../domain/errors.ts';
import type { Advisory } from '../domain/vulnerability.ts';
import { compileFinder, createCatalogue } from '../software/catalogue.ts';
import type { DistributionMark, Fingerprint } from '../software/fingerprint.ts';
import type { SoftwareKnowledge } from '../software/knowledge.ts';
import { joinedFacts } from '../software/texts.ts';
import { configProblem, found, placeName, throwProblems } from './config-problem.ts';
import { readConverted } from './converted-fingerprints.ts';
import { checkAgainst } from './schema-problems.ts';
import { advisoriesFileSchema, endOfLifeFileSchema, fingerprintsFileSchema } from './software-file.ts';
import { readYamlFile, type YamlFile } from './yaml-file.ts';

const CONVERTED = 'recog.json';

/**
 * Reads `config/fingerprints/`, `config/end-of-life.yaml` and `config/advisories.yaml`.
 *
 * @param input.probes whose facts the fingerprints name.
 * @throws PermanentError `config-invalid` that lists every problem, among them patterns that do not compile and facts
 *   that no probe has.
 */
export async function loadSoftware(input: {
  readonly configDir: string;
  readonly probes: readonly ProbeFacts[];
}): Promise<SoftwareKnowledge> {
  const folder = path.join(input.configDir, 'fingerprints');
  const names = await namesIn(folder);
  const problems: PermanentError[] = [];
  const fingerprints: Fingerprint[] = [];
  const marks: DistributionMark[] = [];
  const fallback = names.includes(CONVERTED) ? await readConverted(path.join(folder, CONVERTED)) : [];

  for (const name of names) {
    if (name === CONVERTED) continue;
    const yaml = await readYamlFile(path.join(folder, name));
    const checked = checkAgainst(yaml, fingerprintsFileSchema);
    if (!checked.ok) {
      problems.push(...checked.problems);
      continue;
    }
    const file = checked.value;
    problems.push(...patternProblems(yaml, 'fingerprints', file.fingerprints ?? []));
    problems.push(...patternProblems(yaml, 'distributions', file.distributions ?? []));
    problems.push(...factProblems(yaml, file.fingerprints ?? [], input.probes));
    fingerprints.push(...(file.fingerprints ?? []).map(toFingerprint));
    marks.push(...(file.distributions ?? []).map((mark) => ({ ...mark, name: mark.name ?? null })));
  }
  const endOfLife = await readOne(
    path.join(input.configDir, 'end-of-life.yaml'),
    endOfLifeFileSchema,
    problems,
  );
  const advisories = await readOne(
    path.join(input.configDir, 'advisories.yaml'),
    advisoriesFileSchema,
    problems,
  );
  throwProblems('The knowledge of software', problems);
  return {
    catalogue: createCatalogue({ fingerprints, fallback, marks }),
    releaseCycles: (endOfLife?.products ?? []).map(({ product, url, cycles }) => ({
      ...product,
      url,
      cycles: Object.entries(cycles).map(([cycle, end]) => ({
        cycle,
        endsOn: end === 'maintained' ? null : end,
      })),
    })),
    advisories: (advisories?.advisories ?? []).map(({ condition, affected, ...rest }) => ({
      cve: rest.cve,
      name: rest.name,
      service: rest.service,
      products: rest.products,
      affected: affected.map(withoutUndefined),
      cvss: rest.cvss,
      condition: condition ?? null,
      url: rest.url,
    })),
  };
}

function toFingerprint(
  input: NonNullable<z.output<typeof fingerprintsFileSchema>['fingerprints']>[number],
): Fingerprint {
  const { id, name, part, vendor, product, aliases, facts, pattern, version, distributionVersions } = input;
  const own = { id, name, part, vendor, product, aliases, facts, pattern, distributionVersions };
  return { ...own, version: version ?? null };
}

/** The bounds that are there; the schema's type says of each that it may be undefined. */
function withoutUndefined(bounds: {
  readonly [bound: string]: string | undefined;
}): Advisory['affected'][number] {
  return Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined));
}

async function namesIn(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => !name.startsWith('.')).toSorted();
  } catch (cause) {
    throw configProblem(placeName(folder), {
      what: 'A configuration folder cannot be read',
      got: cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause),
      expected: 'a folder of .yaml files',
    });
  }
  const stray = names.find((name) => !name.endsWith('.yaml') && name !== CONVERTED);
  if (stray === undefined) return names;
  throw configProblem(placeName(path.join(folder, stray)), {
    what: 'A configuration folder has a file of another kind',
    got: found(stray),
    expected: `names that end in .yaml, and ${CONVERTED}`,
  });
}

async function readOne<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  problems: PermanentError[],
): Promise<z.output<Schema> | null> {
  const checked = checkAgainst(await readYamlFile(file), schema);
  if (checked.ok) return checked.value;
  problems.push(...checked.problems);
  return null;
}

function patternProblems(
  yaml: YamlFile,
  list: string,
  entries: readonly { readonly pattern: string }[],
): PermanentError[] {
  return entries.flatMap(({ pattern }, index) => {
    try {
      compileFinder(pattern);
      return [];
    } catch (error) {
      return [
        configProblem(yaml.place([list, index, 'pattern']), {
          what: 'A pattern cannot be used',
          got: error instanceof Error ? error.message : String(error),
          expected: "an expression in RE2's syntax, without back-references and look-around",
        }),
      ];
    }
  });
}

function factProblems(
  yaml: YamlFile,
  entries: readonly { readonly facts: readonly string[] }[],
  probes: readonly ProbeFacts[],
): PermanentError[] {
  return entries.flatMap(({ facts }, index) =>
    facts.flatMap((fact, at) =>
      isTextFact(fact, probes)
        ? []
        : [
            configProblem(yaml.place(['fingerprints', index, 'facts', at]), {
              what: 'A fingerprint looks in a fact that is none',
              got: found(fact),
              expected: 'a probe and one of its facts that is text, such as http.server',
            }),
          ],
    ),
  );
}

function isTextFact(fact: string, probes: readonly ProbeFacts[]): boolean {
  const joined = joinedFacts().find((one) => one.fact === fact);
  if (joined !== undefined) return joined.made.every((one) => isTextFact(one, probes));
  const dot = fact.indexOf('.');
  const probe = probes.find(({ id }) => id === fact.slice(0, dot));
  const type = probe === undefined ? undefined : factTypeAt(factTypeOf(probe.facts), fact.slice(dot + 1));
  const isText = (one: FactType | undefined): boolean => one?.kind === 'string';
  return isText(type) || (type?.kind === 'list' && isText(type.item));
}
