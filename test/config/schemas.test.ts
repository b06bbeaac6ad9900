import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { scanRequestJsonSchema } from '../../src/queues/scan-request.ts';
import { readEnvironment } from '../../src/settings/environment.ts';
import { configJsonSchemas } from '../../src/settings/json-schemas.ts';

// After a change of a schema: UPDATE_SCHEMAS=1 npx vitest run test/config/schemas.test.ts

const { configDir } = readEnvironment({});
const folder = path.join(configDir, 'schema');

const schemas = [
  ...configJsonSchemas(),
  ['scan-request.schema.json', JSON.stringify(scanRequestJsonSchema())] as const,
];

describe.each(schemas)('config/schema/%s', (name, text) => {
  it('is the one that the code makes', async () => {
    const file = path.join(folder, name);
    const generated = await format(text, { ...(await resolveConfig(file)), filepath: file });
    if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(file, generated);
    expect(readFileSync(file, 'utf8')).toBe(generated);
  });
});

it('is named by every configuration file that has one', () => {
  const expected = [
    ['picket.yaml', 'schema/picket.schema.json'],
    ['ports.yaml', 'schema/ports.schema.json'],
    ['profiles.yaml', 'schema/profiles.schema.json'],
    ...yamlIn('checks').map((file) => [file, '../schema/check.schema.json']),
    ['end-of-life.yaml', 'schema/end-of-life.schema.json'],
    ['advisories.yaml', 'schema/advisories.schema.json'],
    ...yamlIn('fingerprints').map((file) => [file, '../schema/fingerprints.schema.json']),
    ...yamlIn('frameworks').map((file) => [file, '../schema/framework.schema.json']),
  ];
  for (const [file, schema] of expected) {
    const [first] = readFileSync(path.join(configDir, String(file)), 'utf8').split('\n', 1);
    expect([file, first]).toEqual([file, `# yaml-language-server: $schema=${schema}`]);
  }
});

function yamlIn(name: string): string[] {
  return readdirSync(path.join(configDir, name)).map((file) => path.join(name, file));
}
