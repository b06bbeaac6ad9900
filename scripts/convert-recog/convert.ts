import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { convertFingerprint, type Converted, type Outcome } from './fingerprint.ts';
import { parseXml } from './xml.ts';

/** Which of our facts have what recog's files match. */
const factsByMatch: Readonly<Record<string, readonly string[]>> = {
  'http_header.server': ['http.server'],
  'http_header.x-powered-by': ['http.poweredBy'],
  html_title: ['http.title'],
  'ssh.banner': ['ssh.banner'],
  'smtp.banner': ['smtp.banner'],
  'ftp.banner': ['ftp.banner'],
  'imap4.banner': ['imap.banner'],
  'pop3.banner': ['pop3.banner'],
  'mysql.banners': ['mysql.version'],
  'dns.versionbind': ['dns.version'],
  'snmp.sys_description': ['snmp.sysDescr'],
};

export interface Conversion {
  readonly fingerprints: readonly Converted[];
  readonly licence: string;
  readonly counts: {
    readonly files: number;
    readonly fingerprints: number;
    /** Whose pattern RE2 can say. */
    readonly expressible: number;
    readonly examples: number;
    readonly examplesMatched: number;
    /** That are in the result, and why the others are not. */
    readonly kept: number;
    readonly dropped: Readonly<Record<NonNullable<Outcome['dropped']>, number>>;
  };
}

/** Converts every file of a checkout's `xml` folder. Throws when it is not one of recog's. */
export function convertRecog(checkout: string): Conversion {
  const folder = path.join(checkout, 'xml');
  const licence = readFileSync(path.join(checkout, 'LICENSE'), 'utf8').trim();
  const copying = readOptional(path.join(checkout, 'COPYING'));
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.xml'))
    .toSorted();
  const outcomes = files.flatMap((file) => convertFile(folder, file));
  const dropped = { pattern: 0, examples: 0, 'no-fact': 0, 'no-cpe': 0 };
  for (const outcome of outcomes) if (outcome.dropped !== null) dropped[outcome.dropped] += 1;
  const sum = (count: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  return {
    fingerprints: outcomes.flatMap(({ converted }) => converted),
    licence: [licence, copying].filter((text) => text !== '').join('\n\n'),
    counts: {
      files: files.length,
      fingerprints: outcomes.length,
      expressible: sum(({ expressible }) => Number(expressible)),
      examples: sum(({ examples }) => examples),
      examplesMatched: sum(({ examplesMatched }) => examplesMatched),
      kept: sum((outcome) => Number(outcome.dropped === null)),
      dropped,
    },
  };
}

function convertFile(folder: string, file: string): Outcome[] {
  const root = parseXml(readFileSync(path.join(folder, file), 'utf8'));
  if (root.name !== 'fingerprints')
    throw new Error(`${file} has <${root.name}> where <fingerprints> belongs.`);
  const facts = factsByMatch[root.attributes['matches'] ?? ''] ?? [];
  const name = path.basename(file, '.xml');
  return root.children
    .filter((element) => element.name === 'fingerprint')
    .map((element, index) =>
      convertFingerprint(element, facts, `recog-${name}-${index + 1}`, (example) =>
        readFileSync(path.join(folder, name, path.basename(example)), 'utf8'),
      ),
    );
}

function readOptional(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
