import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

// Makes src/probes/tls/cipher-suites.ts from the registry "TLS Cipher Suites" in the format in which IANA publishes it:
//
//   npx tsx scripts/generate-cipher-suites.ts tls-parameters-4.csv
//
// The file is at https://www.iana.org/assignments/tls-parameters/tls-parameters-4.csv.

const target = path.resolve(import.meta.dirname, '../src/probes/tls/cipher-suites.ts');

/** Values that mean something else than a suite (RFC 5746, RFC 7507). */
const signals = /_SCSV$/;

/** Ranges, reserved and unassigned values have no name of this form. */
const row = /^"0x([0-9A-F]{2}),0x([0-9A-F]{2})",(TLS_\w+),/gm;

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('Name the CSV file of the registry.');

const lines = [...readFileSync(source, 'utf8').matchAll(row)]
  .map(([, high = '', low = '', name = '']) => ({ code: `0x${high}${low}`.toLowerCase(), name }))
  .filter(({ name }) => !signals.test(name))
  .map(({ code, name }) => `  [${code}, '${name}'],\n`);
if (lines.length < 300) throw new Error(`Only ${lines.length} suites were found in ${source}.`);

writeFileSync(
  target,
  `// Made by scripts/generate-cipher-suites.ts from the registry "TLS Cipher Suites" of IANA's "Transport Layer Security
// (TLS) Parameters", https://www.iana.org/assignments/tls-parameters. Numbers and names only; not edited by hand.

/** Every suite that the registry names, by code point. */
export const registeredSuites: readonly (readonly [code: number, name: string])[] = [
${lines.join('')}];
`,
);
process.stdout.write(`${lines.length} suites are in ${target}.\n`);
