import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  backupControls,
  backupFiles,
  backupsAt,
  likelyBackups,
} from '../../../src/probes/http/backup-files.ts';
import { factsOf, notFound, paths, response } from './serving.ts';

const gzip = gzipSync('a page');

function likely(path: string, body: string | Buffer, type: string | null, status = 200): string[] {
  const answers = new Map(
    backupFiles.map((file) => [file, file.path === path ? response(body, type, status) : notFound]),
  );
  return likelyBackups(answers).map((file) => file.path);
}

describe('likelyBackups', () => {
  it.each<[string, string, string | Buffer]>([
    ['/backup.zip', 'a zip', 'PK\u0003\u0004'],
    ['/site.tar.gz', 'a gzip', gzip],
    ['/dump.sql.gz', 'a gzip', gzip],
    ['/dump.sql', 'mysqldump', '-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n'],
    ['/dump.sql', 'mariadb-dump', '/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump'],
    ['/backup.sql', 'pg_dump', '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from data'],
    ['/backup.sql', 'pg_dump in its own format', 'PGDMP\u0001\u000e'],
    ['/database.sql', 'sqlite3', 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;'],
    ['/database.sql', 'statements', '\n\nCREATE TABLE example (id integer);'],
  ])('%s that is %s', (path, _what, body) => {
    expect(likely(path, body, 'application/octet-stream')).toEqual([path]);
    expect(likely(path, body, null, 206)).toEqual([path]);
    expect(likely(path, body, null, 403)).toEqual([]);
    expect(likely(path, body, 'text/html')).toEqual([]);
  });

  it.each<[string, string, string | Buffer]>([
    ['/backup.zip', 'a gzip', gzip],
    ['/dump.sql', 'a comment', '-- nothing to see here'],
    ['/dump.sql', 'a sentence', 'Create table reservations online'],
    ['/dump.sql', 'JSON', '{"error":"not found"}'],
    ['/backup.tar.gz', 'nothing', ''],
  ])('not %s that is %s', (path, _what, body) => {
    expect(likely(path, body, 'text/plain')).toEqual([]);
  });
});

describe('backupsAt', () => {
  it('holds each kind against a file of its own that cannot exist', () => {
    const zip = backupFiles.filter(({ suffix }) => suffix === '.zip');
    const sql = backupFiles.filter(({ suffix }) => suffix === '.sql');
    const controls = backupControls([...zip, ...sql]);
    expect(controls.map(({ path }) => path.replace(/[0-9a-f]{24}/, '*'))).toEqual(['/*.zip', '/*.sql']);
    const answers = new Map(
      controls.map((control) => [
        control,
        control.suffix === '.zip' ? response('PK\u0003\u0004', null) : notFound,
      ]),
    );
    expect(backupsAt([...zip, ...sql], controls, answers)).toEqual(sql.map(({ path }) => path));
  });
});

describe('a server', () => {
  it('that packs its page for every path has no backups', async () => {
    const facts = await factsOf((_request, answer) => {
      answer.setHeader('Content-Type', 'application/octet-stream');
      answer.end(gzip);
    });
    expect(facts).toMatchObject({ softNotFound: true, backupFiles: [] });
  });

  it('is asked for the first bytes only, and takes no harm from being asked', async () => {
    const asked = new Set<string | undefined>();
    const pages = paths({ '/backup.tar.gz': Buffer.concat([gzip, Buffer.alloc(4 * 1024 * 1024)]) });
    const facts = await factsOf((request, answer) => {
      if (/\.(?:zip|gz|sql)$/.test(request.url ?? '')) asked.add(request.headers.range);
      pages(request, answer);
    });
    expect(facts.backupFiles).toEqual(['/backup.tar.gz']);
    expect([...asked]).toEqual(['bytes=0-63']);
  });
});
