import { randomBytes } from 'node:crypto';
import type { HttpResponse } from '../../scanner/connection.ts';
import type { Answers, Question } from './answers.ts';
import { isHtml } from './body.ts';

/** What a file begins with is enough to know it by, and no more of it is taken. */
const beginning = 64;

const gzip = Buffer.from([0x1f, 0x8b, 0x08]);
const zip = Buffer.from('PK\x03\x04', 'latin1');
const customDump = Buffer.from('PGDMP', 'latin1');

const startsWith =
  (magic: Buffer) =>
  (body: Buffer): boolean =>
    body.subarray(0, magic.length).equals(magic);

/** How pg_dump, mysqldump, mariadb-dump, phpMyAdmin and sqlite3 begin. */
const dump =
  /^\s{0,16}(?:(?:--|#)[ \t\r\n-]{0,32}(?:PostgreSQL|MySQL|MariaDB|phpMyAdmin|SQLite|Adminer|Dump|Host:)|\/\*!\d|\/\*M!|PRAGMA foreign_keys|BEGIN TRANSACTION;)/;
/** How other scripts begin, in one case or the other; sentences begin with both. */
const statement = (keywords: string): RegExp => new RegExp(`^\\s{0,16}(?:${keywords})\\s`);
const keywords =
  'CREATE (?:TABLE|DATABASE|SCHEMA)|DROP (?:TABLE|DATABASE)|INSERT INTO|SET (?:SQL_MODE|NAMES)';
const statements = [statement(keywords), statement(keywords.toLowerCase())];

function isSql(body: Buffer): boolean {
  const text = body.toString('latin1');
  return startsWith(customDump)(body) || [dump, ...statements].some((pattern) => pattern.test(text));
}

const kinds: readonly { suffix: string; is: (body: Buffer) => boolean; names: readonly string[] }[] = [
  { suffix: '.zip', is: startsWith(zip), names: ['backup', 'site'] },
  { suffix: '.tar.gz', is: startsWith(gzip), names: ['backup', 'site'] },
  { suffix: '.sql', is: isSql, names: ['backup', 'dump', 'database'] },
  { suffix: '.sql.gz', is: startsWith(gzip), names: ['dump'] },
];

interface BackupQuestion extends Question {
  readonly suffix: string;
  readonly is: (body: Buffer) => boolean;
}

function asking(name: string, { suffix, is }: (typeof kinds)[number]): BackupQuestion {
  const headers = { Range: `bytes=0-${beginning - 1}` };
  return { path: `/${name}${suffix}`, headers, maxBodyBytes: beginning, suffix, is };
}

/** Names that copies of sites and databases often have. */
export const backupFiles: readonly BackupQuestion[] = kinds.flatMap((kind) =>
  kind.names.map((name) => asking(name, kind)),
);

/** The paths that seem to serve a file of the kind that their name says. */
export function likelyBackups(answers: Answers): BackupQuestion[] {
  return backupFiles.filter((question) => looksLike(question, answers.get(question) ?? null));
}

/** For each kind among them a file that cannot exist: what answers that in the same way answers everything. */
export function backupControls(likely: readonly BackupQuestion[]): BackupQuestion[] {
  const suffixes = new Set(likely.map(({ suffix }) => suffix));
  return kinds
    .filter(({ suffix }) => suffixes.has(suffix))
    .map((kind) => asking(randomBytes(12).toString('hex'), kind));
}

/** The paths of `likely` whose control is answered otherwise. */
export function backupsAt(
  likely: readonly BackupQuestion[],
  controls: readonly BackupQuestion[],
  answers: Answers,
): string[] {
  const alike = controls.filter((control) => looksLike(control, answers.get(control) ?? null));
  const doubtful = new Set(alike.map(({ suffix }) => suffix));
  return likely.filter(({ suffix }) => !doubtful.has(suffix)).map(({ path }) => path);
}

function looksLike({ is }: BackupQuestion, response: HttpResponse | null): boolean {
  return (
    response !== null &&
    (response.status === 200 || response.status === 206) &&
    !isHtml(response) &&
    is(response.body)
  );
}
