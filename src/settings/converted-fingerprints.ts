import { readFile } from 'node:fs/promises';
import type { PermanentError } from '../domain/errors.ts';
import { compileFinder } from '../software/catalogue.ts';
import type { Fingerprint } from '../software/fingerprint.ts';
import { configProblem, placeName } from './config-problem.ts';
import { convertedFileSchema } from './software-file.ts';

const LARGEST_CONVERTED = 32 * 1024 * 1024;

/**
 * Reads fingerprints that were converted from another project's. JSON, because YAML's parser takes seconds for what has
 * thousands of entries.
 *
 * @throws PermanentError `config-invalid`.
 */
export async function readConverted(file: string): Promise<Fingerprint[]> {
  const refuse = (got: string): PermanentError =>
    configProblem(placeName(file), {
      what: 'A file of converted fingerprints cannot be used',
      got,
      expected: 'what scripts/convert-recog.ts writes',
    });
  const bytes = await readFile(file);
  if (bytes.length > LARGEST_CONVERTED) throw refuse(`${bytes.length} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  const result = convertedFileSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw refuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'another shape'}`);
  }
  for (const { id, pattern } of result.data.fingerprints) {
    try {
      compileFinder(pattern);
    } catch (error) {
      throw refuse(`the pattern of ${id} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  return result.data.fingerprints.map(({ version, ...rest }) => ({
    ...rest,
    version: version ?? null,
    distributionVersions: [],
  }));
}
