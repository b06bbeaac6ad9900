import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { packageRoot } from '../../src/settings/package-root.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'picket-root-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('is where package.json is, from the sources', () => {
  expect(packageRoot()).toBe(process.cwd());
});

it('is where package.json is, from the compiled output', () => {
  const deep = path.join(folder, 'dist/src/settings');
  mkdirSync(deep, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{}');
  expect(packageRoot(pathToFileURL(path.join(deep, 'package-root.js')).href)).toBe(folder);
});

it('says so when there is none', () => {
  expect(() => packageRoot('file:///nowhere/src/settings/package-root.js')).toThrow(
    'Picket cannot find its own package.json (/nowhere/src/settings): expected one in this folder or in a folder above it.',
  );
});
