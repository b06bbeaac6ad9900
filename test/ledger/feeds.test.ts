import { afterEach, describe, expect, it } from 'vitest';
import type { FeedKind, ListedVulnerability } from '../../src/domain/feed.ts';
import type { Exploitation } from '../../src/domain/vulnerability.ts';
import type { Database } from '../../src/ledger/database.ts';
import {
  beginFeed,
  completeFeed,
  confirmFeed,
  discardFeed,
  fillFeed,
  listFeeds,
} from '../../src/ledger/feeds.ts';
import { vulnerabilitiesOf } from '../../src/ledger/vulnerabilities.ts';
import { describeOnEachDatabase } from './databases.ts';

const openssh = { vendor: 'openbsd', product: 'openssh' };
const nginx = { vendor: 'f5', product: 'nginx' };

function listed(cve: string, changes: Partial<ListedVulnerability> = {}): ListedVulnerability {
  return {
    cve,
    modifiedAt: '2026-01-01T00:00:00.000Z',
    cvss: { version: '3.1', score: 8.1, vector: 'CVSS:3.1/AV:N', source: 'nvd@nist.gov' },
    products: ['openbsd:openssh'],
    configurations: [{ nodes: [{ matches: [{ cpe: 'a:openbsd:openssh', before: '9.8' }] }] }],
    ...changes,
  };
}

function exploited(cve: string): Exploitation {
  return { cve, name: `Name of ${cve}`, addedOn: '2026-01-02', dueOn: '2026-01-23', ransomware: false };
}

const predicted = (cve: string, epss: number, percentile: number) => ({ cve, epss, percentile });

describeOnEachDatabase('feeds', (database) => {
  const db = (): Database => database();

  afterEach(async () => {
    await db().query('truncate picket.feed, picket.vulnerability, picket.exploitation, picket.prediction');
  });

  async function begin(kind: FeedKind, name = kind as string): Promise<number> {
    return (await beginFeed(db(), { kind, name, source: '/feeds' })).id;
  }

  async function load(kind: 'nvd', entries: readonly ListedVulnerability[], name?: string): Promise<void>;
  async function load(kind: 'kev', entries: readonly Exploitation[]): Promise<void>;
  async function load(kind: 'epss', entries: readonly ReturnType<typeof predicted>[]): Promise<void>;
  async function load(kind: FeedKind, entries: readonly unknown[], name?: string): Promise<void> {
    const id = await begin(kind, name);
    const { added } = await fillFeed(db(), { id, kind, entries } as Parameters<typeof fillFeed>[1]);
    await completeFeed(db(), { id, entries: added, sha256: 'abc', publishedAt: '2026-03-01T00:00:00.000Z' });
  }

  const cves = async (...products: { vendor: string; product: string }[]) =>
    [...((await vulnerabilitiesOf(db(), products)) ?? [])].map(([key, records]) => [
      key,
      records.map(({ cve }) => cve),
    ]);
  const rows = async (table: string) =>
    (await db().query<{ n: number }>(`select count(*)::integer as n from picket.${table}`)).rows[0]?.n;

  it('are not there at first, and then nothing is known', async () => {
    expect(await listFeeds(db())).toEqual([]);
    expect(await vulnerabilitiesOf(db(), [openssh])).toBeNull();
    await load('kev', [exploited('CVE-2024-0001')]);
    expect(await vulnerabilitiesOf(db(), [openssh])).toBeNull();
    await load('nvd', [listed('CVE-2024-0001')]);
    expect(await cves()).toEqual([]);
    expect(await cves(nginx)).toEqual([['f5:nginx', []]]);
  });

  it('are listed with age, source and counts', async () => {
    await load('nvd', [listed('CVE-2024-0001'), listed('CVE-2024-0002')], 'nvdcve-2.0-2024');
    await load('epss', [predicted('CVE-2024-0001', 0.5, 0.9)]);
    const instant = expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) as string;
    expect(await listFeeds(db())).toEqual([
      {
        kind: 'epss',
        name: 'epss',
        source: '/feeds',
        sha256: 'abc',
        publishedAt: '2026-03-01T00:00:00.000Z',
        loadedAt: instant,
        checkedAt: instant,
        entries: 1,
      },
      {
        kind: 'nvd',
        name: 'nvdcve-2.0-2024',
        source: '/feeds',
        sha256: 'abc',
        publishedAt: '2026-03-01T00:00:00.000Z',
        loadedAt: instant,
        checkedAt: instant,
        entries: 2,
      },
    ]);
  });

  it('say all that they know of a product, together', async () => {
    await load('nvd', [
      listed('CVE-2024-0001'),
      listed('CVE-2024-0002', { products: ['f5:nginx', 'openbsd:openssh'], cvss: null }),
      listed('CVE-2024-0003', { products: ['other:thing'] }),
    ]);
    await load('kev', [exploited('CVE-2024-0002'), exploited('CVE-2000-0001')]);
    await load('epss', [predicted('CVE-2024-0002', 0.25, 0.75), predicted('CVE-2024-0003', 0.1, 0.2)]);
    const known = await vulnerabilitiesOf(db(), [openssh, nginx, openssh]);
    const { modifiedAt: _, products: __, ...first } = listed('CVE-2024-0001');
    const second = {
      ...first,
      cve: 'CVE-2024-0002',
      cvss: null,
      exploitation: exploited('CVE-2024-0002'),
      prediction: { epss: 0.25, percentile: 0.75 },
    };
    expect(known?.get('openbsd:openssh')).toEqual([
      { ...first, exploitation: null, prediction: null },
      second,
    ]);
    expect(known?.get('f5:nginx')).toEqual([second]);
  });

  it('change nothing before they are complete', async () => {
    await load('nvd', [listed('CVE-2024-0001')]);
    const id = await begin('nvd');
    await fillFeed(db(), { id, kind: 'nvd', entries: [listed('CVE-2024-0002')] });
    expect(await cves(openssh)).toEqual([['openbsd:openssh', ['CVE-2024-0001']]]);
    await completeFeed(db(), { id, entries: 1, sha256: null, publishedAt: null });
    expect(await cves(openssh)).toEqual([['openbsd:openssh', ['CVE-2024-0002']]]);
    expect(await rows('vulnerability')).toBe(1);
    expect(await rows('feed')).toBe(1);
  });

  it('leave nothing behind when they are given up', async () => {
    await load('nvd', [listed('CVE-2024-0001')]);
    const id = await begin('nvd');
    await fillFeed(db(), { id, kind: 'nvd', entries: [listed('CVE-2024-0002')] });
    await discardFeed(db(), { id });
    expect([await rows('vulnerability'), await rows('feed')]).toEqual([1, 1]);
    await expect(fillFeed(db(), { id, kind: 'nvd', entries: [] })).rejects.toMatchObject({
      code: 'feed-given-up',
    });
    expect(await cves(openssh)).toEqual([['openbsd:openssh', ['CVE-2024-0001']]]);
  });

  it('cannot be given up once they are in use', async () => {
    const id = await begin('nvd');
    await fillFeed(db(), { id, kind: 'nvd', entries: [listed('CVE-2024-0001')] });
    await completeFeed(db(), { id, entries: 1, sha256: null, publishedAt: null });
    await discardFeed(db(), { id });
    expect(await rows('vulnerability')).toBe(1);
  });

  it('are taken over by whoever begins last', async () => {
    const first = await begin('nvd');
    await fillFeed(db(), { id: first, kind: 'nvd', entries: [listed('CVE-2024-0001')] });
    const second = await begin('nvd');
    expect(await rows('vulnerability')).toBe(0);
    await expect(
      completeFeed(db(), { id: first, entries: 1, sha256: null, publishedAt: null }),
    ).rejects.toMatchObject({ code: 'feed-given-up' });
    await fillFeed(db(), { id: second, kind: 'nvd', entries: [listed('CVE-2024-0002')] });
    await completeFeed(db(), { id: second, entries: 1, sha256: null, publishedAt: null });
    expect(await cves(openssh)).toEqual([['openbsd:openssh', ['CVE-2024-0002']]]);
  });

  it('are refused when the ledger has not got all, and when most has gone', async () => {
    const id = await begin('nvd');
    const { added } = await fillFeed(db(), {
      id,
      kind: 'nvd',
      entries: [listed('CVE-2024-0001'), listed('CVE-2024-0001')],
    });
    expect(added).toBe(1);
    await expect(
      completeFeed(db(), { id, entries: 2, sha256: null, publishedAt: null }),
    ).rejects.toMatchObject({ code: 'feed-incomplete' });
    const many = Array.from({ length: 10 }, (_, index) => predicted(`CVE-2024-${1000 + index}`, 0.1, 0.1));
    await load('epss', many);
    await expect(load('epss', many.slice(0, 4))).rejects.toMatchObject({
      code: 'feed-shrunk',
      retryable: false,
    });
    await load('epss', many.slice(0, 5));
    expect(await rows('prediction')).toBe(5);
    await load('epss', many);
    expect(await rows('prediction')).toBe(10);
  });

  it('note that they are the newest', async () => {
    await load('kev', [exploited('CVE-2024-0001')]);
    await db().query("update picket.feed set checked_at = '2020-01-01Z'");
    await confirmFeed(db(), { name: 'kev' });
    expect((await listFeeds(db()))[0]?.checkedAt.slice(0, 4)).not.toBe('2020');
  });

  describe('of recent changes', () => {
    const changed = { modifiedAt: '2026-02-01T00:00:00.000Z' };

    it('take the place of older entries, also where they affect nothing any more', async () => {
      await load('nvd', [listed('CVE-2024-0001'), listed('CVE-2024-0002'), listed('CVE-2024-0003')], 'year');
      await load(
        'nvd',
        [
          listed('CVE-2024-0001', { ...changed, products: ['f5:nginx'] }),
          listed('CVE-2024-0002', { ...changed, products: [], configurations: [] }),
          listed('CVE-2024-0004', changed),
        ],
        'modified',
      );
      expect(await cves(openssh, nginx)).toEqual([
        ['openbsd:openssh', ['CVE-2024-0003', 'CVE-2024-0004']],
        ['f5:nginx', ['CVE-2024-0001']],
      ]);
    });

    it('do not take the place of newer ones', async () => {
      await load('nvd', [listed('CVE-2024-0001', { ...changed, products: [], configurations: [] })], 'year');
      await load('nvd', [listed('CVE-2024-0001')], 'modified');
      expect(await cves(openssh)).toEqual([['openbsd:openssh', []]]);
    });
  });

  describe('of predictions', () => {
    const epss = async (cve = 'CVE-2024-0001') =>
      (await vulnerabilitiesOf(db(), [openssh]))?.get('openbsd:openssh')?.find((one) => one.cve === cve)
        ?.prediction;

    it('stay as they were until they have moved by a step, however slowly', async () => {
      await load('nvd', [listed('CVE-2024-0001'), listed('CVE-2024-0002')]);
      await load('epss', [predicted('CVE-2024-0001', 0.5, 0.9)]);
      await load('epss', [predicted('CVE-2024-0001', 0.53, 0.92)]);
      expect(await epss()).toEqual({ epss: 0.5, percentile: 0.9 });
      await load('epss', [predicted('CVE-2024-0001', 0.56, 0.92), predicted('CVE-2024-0002', 0.01, 0.4)]);
      expect(await epss()).toEqual({ epss: 0.56, percentile: 0.92 });
      expect(await epss('CVE-2024-0002')).toEqual({ epss: 0.01, percentile: 0.4 });
      await load('epss', [predicted('CVE-2024-0001', 0.56, 0.98), predicted('CVE-2024-0002', 0.012, 0.46)]);
      expect(await epss()).toEqual({ epss: 0.56, percentile: 0.98 });
      expect(await epss('CVE-2024-0002')).toEqual({ epss: 0.012, percentile: 0.46 });
    });
  });

  it('hold hostile text', async () => {
    const name = 'a \u0000 b \ud800 c';
    await load('kev', [{ ...exploited('CVE-2024-0001'), name }]);
    await load('nvd', [listed('CVE-2024-0001', { products: ['openbsd:openssh', "a:b'--"] })]);
    const [record] = (await vulnerabilitiesOf(db(), [{ vendor: 'a', product: "b'--" }]))?.get("a:b'--") ?? [];
    expect(record?.exploitation?.name).toBe('a \ufffd b \ufffd c');
  });
});
