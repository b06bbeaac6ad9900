import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { PermanentError } from '../domain/errors.ts';
import { scanClasses } from '../domain/authorisation.ts';
import type { AnyProbe } from './probe.ts';

/** Probes by id. */
export type Probes = ReadonlyMap<string, AnyProbe>;

const besideScanner = fileURLToPath(new URL('../probes/', import.meta.url));

/** What can be told of a probe at start-up; the compiler has seen the rest. */
const basics = {
  id: z.string(),
  title: z.string().min(1),
  defaultPorts: z.array(z.int().min(1).max(65_535)),
  scanClass: z.enum(scanClasses).optional(),
  facts: z.instanceof(z.ZodObject),
  run: z.function(),
};
const shape = z.discriminatedUnion('transport', [
  z.object({
    ...basics,
    transport: z.literal('tcp'),
    layers: z.array(z.enum(['plain', 'tls'])).min(1),
    follows: z.string().optional(),
    perName: z.boolean().optional(),
    maxBytes: z.int().positive().optional(),
    connectionsAtOnce: z.int().positive().optional(),
    recognises: z.function().optional(),
    startTls: z.function().optional(),
  }),
  z.object({ ...basics, transport: z.literal('udp') }),
]);

/**
 * Loads every probe of a folder: its files, not its subfolders, each with one probe as default export whose id is
 * the file's name. Works on the sources and on the compiled output. Throws `PermanentError` `probe-invalid`.
 */
export async function loadProbes(directory: string = besideScanner): Promise<Probes> {
  const entries = await readdir(directory, { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /^[^.]+\.(?:ts|js)$/.test(entry.name))
    .map(({ name }) => name)
    .toSorted();
  const probes = new Map<string, AnyProbe>();
  for (const name of files) {
    const file = path.join(directory, name);
    const probe = toProbe(await import(pathToFileURL(file).href), file);
    if (probes.has(probe.id)) {
      throw invalid(file, `the id ${probe.id} a second time`, 'ids that are unique');
    }
    probes.set(probe.id, probe);
  }
  refuseStrayFollowers(probes, directory);
  return probes;
}

function refuseStrayFollowers(probes: Probes, directory: string): void {
  for (const probe of probes.values()) {
    if (probe.transport === 'udp' || probe.follows === undefined) continue;
    if (probes.get(probe.follows)?.transport === 'tcp') continue;
    throw invalid(
      path.join(directory, probe.id),
      `follows: ${JSON.stringify(probe.follows)}`,
      'the id of another probe over TCP',
    );
  }
}

function toProbe(module: unknown, file: string): AnyProbe {
  const exported =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (exported === undefined) throw invalid(file, 'no default export', 'a probe as default export');
  const { success, error } = shape.safeParse(exported);
  if (!success) {
    const [issue] = error.issues;
    const what = issue === undefined ? '' : `${issue.path.join('.') || 'the export'}: ${issue.message}`;
    throw invalid(file, what, 'a probe made with defineProbe');
  }
  const probe = exported as AnyProbe;
  if (probe.id !== path.parse(file).name) {
    throw invalid(file, `the id ${JSON.stringify(probe.id)}`, 'the name of the file as id');
  }
  return probe;
}

function invalid(where: string, got: string, expected: string): PermanentError {
  return new PermanentError('probe-invalid', {
    what: 'A file among the probes is no probe',
    where,
    got,
    expected,
  });
}
