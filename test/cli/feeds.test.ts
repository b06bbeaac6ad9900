import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { feedsTable, outcomesTable } from '../../src/cli/output/feeds.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { Feed } from '../../src/domain/feed.ts';
import { openDatabase } from '../../src/ledger/database.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createOperations } from '../../src/local-api/create-operations.ts';
import { serveOperations } from '../../src/local-api/server.ts';
import { issue } from '../probes/certificates.ts';
import { directoryWith, metaFile, nvdEntry, nvdFile, publishedFiles } from '../feeds/published.ts';
import { runPicket } from '../support/picket.ts';

async function dataDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'picket-cli-feeds-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return path.join(directory, 'data');
}

async function listed(environment: Record<string, string>): Promise<Feed[]> {
  const { stdout, stderr } = await runPicket(['feeds', '--json'], environment);
  expect(stderr).not.toContain('picket:');
  return JSON.parse(stdout) as Feed[];
}

describe('picket feeds', { timeout: 120_000 }, () => {
  it('loads a directory into a ledger that is made for it, and shows what is there', async () => {
    const environment = { PICKET_DATA_DIR: await dataDirectory() };
    const missing = await runPicket(['feeds'], environment);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no ledger yet') as string,
    });

    const directory = await directoryWith(publishedFiles());
    const synced = await runPicket(['feeds', 'sync', '--from', directory], environment);
    expect(synced.stdout).toMatch(/nvdcve-2\.0-2024 +loaded +1 /);
    expect(synced.stderr).toContain('epss_scores: loaded');
    expect(synced.code).toBe(0);

    const shown = await runPicket(['feeds'], environment);
    expect(shown.stdout).toMatch(/epss_scores +FIRST EPSS, predicted exploitation +1 .*\b0 min ago/);
    expect(shown.stdout).toContain(directory);
    expect((await listed(environment)).map(({ name, entries }) => [name, entries])).toEqual([
      ['epss_scores', 1],
      ['known_exploited_vulnerabilities', 1],
      ['nvdcve-2.0-2024', 1],
    ]);
  });

  it('says what could not be used, and ends with an error', async () => {
    const environment = { PICKET_DATA_DIR: await dataDirectory() };
    const directory = await directoryWith({ ...publishedFiles(), 'nvdcve-2.0-2024.meta': metaFile('{}') });
    const { code, stdout } = await runPicket(['feeds', 'sync', '--from', directory, '--json'], environment);
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { outcome: string }[]).map(({ outcome }) => outcome)).toEqual([
      'failed',
      'loaded',
      'loaded',
    ]);
    const nothing = await runPicket(['feeds', 'sync', '--from', path.join(directory, 'x')], environment);
    expect(nothing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There are no feeds to be had here') as string,
    });
    expect((await runPicket(['feeds', 'sync'], environment)).stderr).toContain('--from <place...>');
  });

  it('loads from https through the service that holds the ledger', async () => {
    const data = await dataDirectory();
    const database = await openDatabase({ dataDirectory: data });
    onTestFinished(() => database.close());
    await migrate(database);
    const service = await serveOperations(
      createOperations({ database, backend: () => Promise.reject(new Error('There is no queue here.')) }),
      data,
    );
    onTestFinished(() => service.close());

    // More than one request's worth, so that it goes in parts.
    const nvd = nvdFile(Array.from({ length: 2000 }, (_, index) => nvdEntry(`CVE-2024-${10_000 + index}`)));
    const files = publishedFiles({ nvd });
    const ca = await issue({ subject: 'CN=Feeds CA', ca: true });
    const leaf = await issue({
      subject: 'CN=localhost',
      names: [{ type: 'dns', value: 'localhost' }],
      issuer: ca,
    });
    const server = createServer({ cert: leaf.cert, key: leaf.key }, (request, response) => {
      const body = files[(request.url ?? '').replace('/feeds/', '')];
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const trusted = path.join(path.dirname(data), `${randomUUID()}.pem`);
    await writeFile(trusted, ca.cert);

    const environment = { PICKET_DATA_DIR: data, NODE_EXTRA_CA_CERTS: trusted };
    const from = `https://localhost:${(server.address() as AddressInfo).port}/feeds`;
    const synced = await runPicket(['feeds', 'sync', '--from', from], environment);
    expect(synced.stdout).toMatch(/nvdcve-2\.0-2024 +loaded +2,000 /);
    expect(synced.code).toBe(0);
    expect((await listed(environment)).map(({ source }) => source)).toEqual(Array(3).fill(`${from}/`));
    const again = await runPicket(['feeds', 'sync', '--from', from], environment);
    expect(again.stdout).toMatch(/nvdcve-2\.0-2024 +unchanged +2,000 /);
  });
});

describe('the table of feeds', () => {
  const terminal: Terminal = {
    out: () => undefined,
    err: () => undefined,
    interactive: false,
    width: 160,
    colours: false,
  };
  const feed: Feed = {
    kind: 'kev',
    name: 'known_exploited_vulnerabilities',
    source: 'https://www.example.com/\u001b[2J',
    sha256: null,
    publishedAt: '2026-03-01T00:00:00.000Z',
    loadedAt: '2026-03-02T00:00:00.000Z',
    checkedAt: '2026-03-02T00:00:00.000Z',
    entries: 1404,
  };

  it.each([
    ['2026-03-01T00:59:00.000Z', '59 min'],
    ['2026-03-01T03:00:00.000Z', '3 hours'],
    ['2026-03-04T12:00:00.000Z', '3 days'],
    ['2026-02-01T00:00:00.000Z', '0 min'],
  ])('at %s says that one is %s old', (now, age) => {
    const shown = feedsTable(terminal, [feed], new Date(now));
    expect(shown).toContain(` ${age} `);
    expect(shown).toContain('1,404');
    expect(shown).toContain('\\u001b[2J');
  });

  it('says when an age is not known, and when there are none', () => {
    expect(feedsTable(terminal, [{ ...feed, publishedAt: null }], new Date())).toContain('unknown');
    expect(feedsTable(terminal, [], new Date())).toContain('picket feeds sync');
    expect(outcomesTable(terminal, [])).toContain('OUTCOME');
  });
});
