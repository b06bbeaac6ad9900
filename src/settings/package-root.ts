import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PermanentError } from '../domain/errors.ts';

/**
 * The folder of Picket's own `package.json`, found upwards from this file: two levels up when run from `src/`,
 * three from `dist/src/`.
 */
export function packageRoot(from: string = import.meta.url): string {
  const start = path.dirname(fileURLToPath(from));
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (path.dirname(folder) === folder) {
      throw new PermanentError('installation-broken', {
        what: 'Picket cannot find its own package.json',
        where: start,
        expected: 'one in this folder or in a folder above it',
      });
    }
  }
}
