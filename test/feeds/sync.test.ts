import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { openSource } from '../../src/feeds/source.ts';
import { syncFeeds } from '../../src/feeds/sync.ts';
import { MemoryStore } from './memory-store.ts';
import {
  directoryWith,
  epssFile,
  kevFile,
  metaFile,
  nvdEntry,
  nvdFile,
  publishedFiles,
} from './published.ts';

const now = new Date('2026-03-02T00:00:00Z');

async function sync(directory: string, store = new MemoryStore()) {
  const outcomes = await syncFeeds({ source: await openSource(directory), store, now });
  return { store, outcomes, byName: Object.fromEntries(outcomes.map((one) => [one.name, one])) };
}

const cvesOf = (store: MemoryStore, name: string) => store.current.get(name)?.held.map(({ cve }) => cve);

describe('the synchronisation with a directory', () => {
  it('loads every feed that is there, compressed or not', async () => {
    const modified = nvdFile([nvdEntry('CVE-2023-0001', { vulnStatus: 'Rejected' })]);
    const directory = await directoryWith({
      ...publishedFiles(),
      'nvdcve-2.0-modified.json': modified,
      'nvdcve-2.0-modified.meta': metaFile(modified),
      'README.txt': 'not a feed',
      'nvdcve-1.1-2024.json': 'an old one',
    });
    const { store, outcomes } = await sync(directory);
    expect(outcomes.map(({ name, outcome, entries, detail }) => [name, outcome, entries, detail])).toEqual([
      ['nvdcve-2.0-2024', 'loaded', 1, null],
      ['nvdcve-2.0-modified', 'loaded', 1, null],
      ['known_exploited_vulnerabilities', 'loaded', 1, null],
      ['epss_scores', 'loaded', 1, null],
    ]);
    expect(store.current.get('nvdcve-2.0-2024')).toMatchObject({
      kind: 'nvd',
      source: directory,
      publishedAt: '2026-03-01T08:00:10.000Z',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(store.current.get('known_exploited_vulnerabilities')?.publishedAt).toBe(
      '2026-03-01T15:00:12.123Z',
    );
    expect(store.current.get('epss_scores')?.publishedAt).toBe('2026-03-01T12:55:00.000Z');
    expect(cvesOf(store, 'nvdcve-2.0-modified')).toEqual(['CVE-2023-0001']);
  });

  it('leaves out of a year what affects nothing', async () => {
    const nvd = nvdFile([nvdEntry('CVE-2024-0001', { vulnStatus: 'Rejected' }), nvdEntry('CVE-2024-0002')]);
    const { store } = await sync(await directoryWith(publishedFiles({ nvd })));
    expect(cvesOf(store, 'nvdcve-2.0-2024')).toEqual(['CVE-2024-0002']);
  });

  it('does not load again what has the same checksum', async () => {
    const directory = await directoryWith(publishedFiles());
    const { store } = await sync(directory);
    await writeFile(path.join(directory, 'nvdcve-2.0-2024.json.gz'), 'not looked at');
    const { byName } = await sync(directory, store);
    expect(byName['nvdcve-2.0-2024']).toMatchObject({ outcome: 'unchanged', entries: 1, detail: null });
    expect(store.calls).toContain('confirm nvdcve-2.0-2024');
    expect(store.calls.filter((call) => call === 'begin nvdcve-2.0-2024')).toHaveLength(1);
  });

  it('takes the newest of an archive of predictions, and what is current before all', async () => {
    const day = (cve: string) => gzipSync(epssFile([[cve, 0.1, 0.1]]));
    const directory = await directoryWith({
      'epss_scores-2026-02-27.csv.gz': day('CVE-2024-0001'),
      'epss_scores-2026-03-01.csv.gz': day('CVE-2024-0002'),
      'epss_scores-2025-12-31.csv.gz': day('CVE-2024-0003'),
    });
    expect(cvesOf((await sync(directory)).store, 'epss_scores')).toEqual(['CVE-2024-0002']);
    await writeFile(path.join(directory, 'epss_scores-current.csv'), epssFile([['CVE-2024-0004', 0.1, 0.1]]));
    expect(cvesOf((await sync(directory)).store, 'epss_scores')).toEqual(['CVE-2024-0004']);
  });

  it.each([
    [
      'a checksum that is another',
      metaFile(nvdFile([nvdEntry('CVE-2024-6387')]), { sha256: '0'.repeat(64) }),
      /bytes with the checksum [0-9a-f]{64}, expected \d+ with 0{64}/,
    ],
    ['a checksum of something else', metaFile('{}'), /more than 2 bytes/],
    [
      'a size that is larger',
      metaFile(nvdFile([nvdEntry('CVE-2024-6387')]), { size: 5_000_000 }),
      /expected 5000000 with/,
    ],
    [
      'a size that is smaller',
      metaFile(nvdFile([nvdEntry('CVE-2024-6387')]), { size: 100 }),
      /more than 100 bytes/,
    ],
    ['no checksum', null, /no checksum beside it, expected the file nvdcve-2\.0-2024\.meta/],
    ['something else for a checksum', '<html>', /no checksum or no size/],
    ['a checksum that never ends', 'x'.repeat(10_000), /more than 4096 bytes/],
  ])('refuses a file of NVD with %s, and goes on with the others', async (_, meta, sentence) => {
    const { 'nvdcve-2.0-2024.meta': __, ...files } = publishedFiles();
    const directory = await directoryWith({
      ...files,
      ...(meta === null ? {} : { 'nvdcve-2.0-2024.meta': meta }),
    });
    const { store, byName } = await sync(directory);
    expect(byName['nvdcve-2.0-2024']).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(sentence) as string,
    });
    expect([...store.current.keys()]).toEqual(['known_exploited_vulnerabilities', 'epss_scores']);
    expect(store.loading.size).toBe(0);
  });

  it.each([
    [
      'broken compressed data',
      { 'epss_scores-current.csv.gz': publishedFiles()['epss_scores-current.csv.gz']?.subarray(0, 60) ?? '' },
      'epss_scores',
      /broken compressed data/,
    ],
    [
      'an end too early',
      { 'known_exploited_vulnerabilities.json': kevFile(['CVE-2024-0001']).slice(0, -9) },
      'known_exploited_vulnerabilities',
      /an end|no JSON/,
    ],
    [
      'another count than it says',
      { 'known_exploited_vulnerabilities.json': kevFile(['CVE-2024-0001'], { count: 2 }) },
      'known_exploited_vulnerabilities',
      /1 entries, expected 2, as it says/,
    ],
    [
      'entries of another kind',
      {
        'known_exploited_vulnerabilities.json': kevFile(['CVE-2024-0001'], {
          vulnerabilities: [{ id: 'x' }],
        }),
      },
      'known_exploited_vulnerabilities',
      /something else in entry 1/,
    ],
    [
      'no entries',
      { 'known_exploited_vulnerabilities.json': kevFile([]) },
      'known_exploited_vulnerabilities',
      /no entries/,
    ],
    [
      'a page in its place',
      { 'epss_scores-current.csv.gz': '<!doctype html><title>Sign in</title>' },
      'epss_scores',
      /<!doctype html>/,
    ],
  ])('leaves what was in use when a file has %s', async (_, broken, name, sentence) => {
    const { store } = await sync(await directoryWith(publishedFiles()));
    const before = store.current.get(name);
    const { byName } = await sync(await directoryWith({ ...publishedFiles(), ...broken }), store);
    expect(byName[name]).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(sentence) as string,
    });
    expect(store.current.get(name)).toEqual(before);
    expect(store.loading.size).toBe(0);
  });

  it('sends the ledger no more at once than a service takes, and leaves out what is larger', async () => {
    const products = (count: number) => [
      {
        nodes: [
          {
            operator: 'OR',
            cpeMatch: Array.from({ length: count }, (_, index) => ({
              vulnerable: true,
              criteria: `cpe:2.3:o:vendor:firmware_of_product_number_${index}:*:*:*:*:*:*:*:*`,
            })),
          },
        ],
      },
    ];
    const nvd = nvdFile([
      ...Array.from({ length: 40 }, (_, index) =>
        nvdEntry(`CVE-2024-${1000 + index}`, { configurations: products(600) }),
      ),
      nvdEntry('CVE-2024-2000', { configurations: products(20_000) }),
    ]);
    const { store, byName } = await sync(await directoryWith(publishedFiles({ nvd })));
    expect(byName['nvdcve-2.0-2024']).toMatchObject({
      outcome: 'loaded',
      entries: 40,
      detail: expect.stringContaining('1 entries were left out') as string,
    });
    expect(store.largest).toBeLessThan(1024 * 1024);
    expect(store.calls.filter((call) => call === 'fill').length).toBeGreaterThan(3);
  });

  it('says so when there is nothing of the kind', async () => {
    const directory = await directoryWith({ 'notes.txt': 'x' });
    await expect(sync(directory)).rejects.toMatchObject({ code: 'feeds-not-found', retryable: false });
    await expect(sync(path.join(directory, 'missing'))).rejects.toMatchObject({
      code: 'feed-source-invalid',
    });
    await expect(sync(path.join(directory, 'notes.txt'))).rejects.toThrow(/got a file/);
  });

  it('does not take a folder for a file', async () => {
    const directory = await directoryWith(publishedFiles());
    await rm(path.join(directory, 'known_exploited_vulnerabilities.json'));
    await mkdir(path.join(directory, 'known_exploited_vulnerabilities.json'));
    const { byName } = await sync(directory);
    expect(byName['known_exploited_vulnerabilities']).toBeUndefined();
    expect(byName['epss_scores']?.outcome).toBe('loaded');
  });
});
