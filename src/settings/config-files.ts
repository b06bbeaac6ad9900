import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { PermanentError } from '../domain/errors.ts';
import { checkFileSchema, baselineFileSchema } from './check-file.ts';
import { frameworkFileSchema, portsFileSchema, profilesFileSchema } from './catalogue-files.ts';
import { configProblem, found, placeName } from './config-problem.ts';
import { picketFileSchema } from './picket-file.ts';
import { checkAgainst } from './schema-problems.ts';
import { readYamlFile, type YamlFile } from './yaml-file.ts';

/** One file that is valid by itself. */
interface ConfigFile<Value> {
  readonly yaml: YamlFile;
  readonly value: Value;
}

/** All files of the configuration folder; a file with problems is null or left out. */
export interface ConfigFiles {
  readonly picket: ConfigFile<z.output<typeof picketFileSchema>> | null;
  readonly ports: ConfigFile<z.output<typeof portsFileSchema>> | null;
  readonly profiles: ConfigFile<z.output<typeof profilesFileSchema>> | null;
  readonly frameworks: readonly ConfigFile<z.output<typeof frameworkFileSchema>>[];
  readonly baselines: readonly ConfigFile<z.output<typeof baselineFileSchema>>[];
  readonly checks: readonly ConfigFile<z.output<typeof checkFileSchema>>[];
  /** Kinds of which some file is missing here because of a problem. */
  readonly incomplete: ReadonlySet<'frameworks' | 'baselines' | 'checks'>;
  readonly problems: readonly PermanentError[];
}

/** Reads and validates each file by itself. Never rejects for what is in them: see `problems`. */
export async function readConfigFiles(folder: string): Promise<ConfigFiles> {
  const problems: PermanentError[] = [];
  const incomplete = new Set<'frameworks' | 'baselines' | 'checks'>();

  const single = async <Schema extends z.ZodType>(
    file: string,
    schema: Schema,
  ): Promise<ConfigFile<z.output<Schema>> | null> => {
    const yaml = await noting(problems, () => readYamlFile(file));
    if (yaml === null) return null;
    const checked = checkAgainst(yaml, schema);
    if (checked.ok) return { yaml, value: checked.value };
    problems.push(...checked.problems);
    return null;
  };
  const many = async <Schema extends z.ZodType>(
    name: 'frameworks' | 'baselines' | 'checks',
    schema: Schema,
  ): Promise<ConfigFile<z.output<Schema>>[]> => {
    const files = await noting(problems, () => yamlFilesIn(path.join(folder, name)));
    if (files === null) incomplete.add(name);
    const read: ConfigFile<z.output<Schema>>[] = [];
    for (const file of files ?? []) {
      const one = await single(file, schema);
      if (one === null) incomplete.add(name);
      else read.push(one);
    }
    return read;
  };

  const files = {
    picket: await single(path.join(folder, 'picket.yaml'), picketFileSchema),
    ports: await single(path.join(folder, 'ports.yaml'), portsFileSchema),
    profiles: await single(path.join(folder, 'profiles.yaml'), profilesFileSchema),
    frameworks: await many('frameworks', frameworkFileSchema),
    baselines: await many('baselines', baselineFileSchema),
    checks: await many('checks', checkFileSchema),
  };
  for (const { yaml, value } of [...files.frameworks, ...files.checks]) {
    if (value.id === nameOf(yaml)) continue;
    problems.push(
      configProblem(yaml.place(['id']), {
        what: "id is not the file's name",
        got: found(value.id),
        expected: nameOf(yaml),
      }),
    );
  }
  return { ...files, incomplete, problems };
}

/** A file's name without folder and ending; the id of what it holds. */
export function nameOf(yaml: YamlFile): string {
  return path.basename(yaml.file, '.yaml');
}

async function yamlFilesIn(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new PermanentError(
      'config-invalid',
      {
        what: 'A configuration folder cannot be read',
        where: placeName(folder),
        got: cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause),
        expected: 'a folder of .yaml files',
      },
      { cause },
    );
  }
  const visible = names.filter((name) => !name.startsWith('.')).sort();
  const stray = visible.find((name) => !name.endsWith('.yaml'));
  if (stray !== undefined) {
    // A check in a file called .yml would be missing without a word.
    throw configProblem(placeName(path.join(folder, stray)), {
      what: 'A configuration folder has a file of another kind',
      got: found(stray),
      expected: 'names that end in .yaml',
    });
  }
  return visible.map((name) => path.join(folder, name));
}

/** Runs one step and notes down what is wrong with the configuration; any other error is a defect and goes on. */
async function noting<Value>(problems: PermanentError[], step: () => Promise<Value>): Promise<Value | null> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof PermanentError) || error.code !== 'config-invalid') throw error;
    problems.push(error);
    return null;
  }
}
