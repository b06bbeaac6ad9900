import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { loadProbes } from '../../src/scanner/registry.ts';

const zodUrl = pathToFileURL(path.resolve(import.meta.dirname, '../../node_modules/zod/index.js')).href;

/** A folder with the given files, of JavaScript that needs no build. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'picket-probes-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  for (const [name, source] of Object.entries(files)) await writeFile(path.join(folder, name), source);
  return folder;
}

function source(fields: string): string {
  return `import { z } from ${JSON.stringify(zodUrl)};
export default { title: 'T', transport: 'tcp', defaultPorts: [1], layers: ['plain'], facts: z.strictObject({}),
  async run() { return {}; }, ${fields} };`;
}

it('loads the probes of the product', async () => {
  const probes = await loadProbes();
  expect([...probes.keys()]).toEqual(expect.arrayContaining(['http', 'ssh', 'tcp', 'tls']));
  for (const [id, probe] of probes) expect(probe.id).toBe(id);
});

it('loads the files of a folder, not its subfolders, declarations or other things', async () => {
  const folder = await folderOf({
    'one.js': source(`id: 'one'`),
    'two.js': source(`id: 'two', recognises: () => true, maxBytes: 10, connectionsAtOnce: 3`),
    'two.d.ts': 'not a module',
    'two.js.map': '{}',
    'notes.md': '# notes',
  });
  await mkdir(path.join(folder, 'one'));
  await writeFile(path.join(folder, 'one', 'helper.js'), 'throw new Error("loaded")');
  expect([...(await loadProbes(folder)).keys()]).toEqual(['one', 'two']);
});

it.each([
  ['an id that is not the name of the file', source(`id: 'other'`), 'the id "other"'],
  ['no default export', 'export const probe = 1;', 'no default export'],
  ['no layers', source(`id: 'bad', layers: []`), 'layers'],
  ['a layer that there is not', source(`id: 'bad', layers: ['quic']`), 'layers'],
  ['facts that are no schema', source(`id: 'bad', facts: {}`), 'facts'],
  ['a run that cannot be called', source(`id: 'bad', run: 1`), 'run'],
])('refuses a file with %s, by name', async (_, text, got) => {
  const folder = await folderOf({ 'bad.js': text });
  await expect(loadProbes(folder)).rejects.toMatchObject({
    code: 'probe-invalid',
    message: expect.stringMatching(/bad\.js/),
    parts: { got: expect.stringContaining(got) },
  });
});
