import { describe, expect, it } from 'vitest';
import { predictions } from '../../src/feeds/epss.ts';
import { readExploitation } from '../../src/feeds/kev.ts';
import { readMeta } from '../../src/feeds/meta.ts';
import { readVulnerability } from '../../src/feeds/nvd.ts';
import { epssFile, inChunks, kevFile, metaFile, nvdEntry } from './published.ts';

describe("an entry of NVD's", () => {
  it('is kept without what is not needed', () => {
    expect(readVulnerability(nvdEntry('CVE-2024-6387'))).toEqual({
      cve: 'CVE-2024-6387',
      modifiedAt: '2024-09-17T13:15:00.120Z',
      cvss: {
        version: '3.1',
        score: 8.1,
        vector: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
        source: 'nvd@nist.gov',
      },
      products: ['openbsd:openssh'],
      configurations: [{ nodes: [{ matches: [{ cpe: 'a:openbsd:openssh', from: '8.6', before: '9.8' }] }] }],
    });
  });

  it('has its operators, negations, bounds and what has to run beneath', () => {
    const match = (criteria: string, vulnerable: boolean, bounds = {}) => ({
      vulnerable,
      criteria,
      matchCriteriaId: 'x',
      ...bounds,
    });
    const configurations = [
      {
        operator: 'AND',
        negate: true,
        nodes: [
          {
            operator: 'AND',
            negate: true,
            cpeMatch: [
              match('cpe:2.3:a:Joomla:joomla\\!:3.9.0:rc1:*:*:lts:*:*:*', true),
              match('cpe:2.3:a:x:y:*:*:*:*:*:*:*:*', true, {
                versionStartExcluding: '1',
                versionEndIncluding: '2',
              }),
            ],
          },
          {
            operator: 'OR',
            negate: false,
            cpeMatch: [match('cpe:2.3:o:linux:linux_kernel:-:*:*:*:*:*:*:*', false)],
          },
        ],
      },
    ];
    expect(readVulnerability(nvdEntry('CVE-2024-1', { id: 'CVE-2024-0001', configurations }))).toMatchObject({
      products: ['joomla:joomla!', 'x:y'],
      configurations: [
        {
          all: true,
          not: true,
          nodes: [
            {
              all: true,
              not: true,
              matches: [
                { cpe: 'a:Joomla:joomla\\!:3.9.0:rc1:*:*:lts' },
                { cpe: 'a:x:y', after: '1', through: '2' },
              ],
            },
            { matches: [{ cpe: 'o:linux:linux_kernel:-', context: true }] },
          ],
        },
      ],
    });
  });

  it('has the score of the newest version of CVSS', () => {
    const score = (version: string, baseScore: number, type = 'Primary') => ({
      source: `${version}@example.com`,
      type,
      cvssData: { version, vectorString: `vector ${version}`, baseScore },
    });
    const metrics = {
      cvssMetricV2: [score('2.0', 10)],
      cvssMetricV30: [score('3.0', 9)],
      cvssMetricV31: [score('3.1', 8, 'Secondary'), score('3.1', 7)],
      cvssMetricV40: [{ source: 'broken' }],
    };
    const read = (changes: object) =>
      readVulnerability(nvdEntry('CVE-2024-0001', { metrics: changes }))?.cvss;
    expect(read(metrics)).toEqual({
      version: '3.1',
      score: 7,
      vector: 'vector 3.1',
      source: '3.1@example.com',
    });
    expect(read({ ...metrics, cvssMetricV40: [score('4.0', 6)] })?.version).toBe('4.0');
    expect(read({ cvssMetricV2: [score('2.0', 10)] })?.version).toBe('2.0');
    expect(read({})).toBeNull();
    expect(read({ cvssMetricV31: [score('3.1', 11)] })).toBeNull();
  });

  it('affects nothing when it was rejected or is not analysed', () => {
    expect(readVulnerability(nvdEntry('CVE-2024-0001', { vulnStatus: 'Rejected' }))).toMatchObject({
      cvss: null,
      products: [],
      configurations: [],
    });
    expect(readVulnerability(nvdEntry('CVE-2024-0001', { configurations: undefined }))).toMatchObject({
      products: [],
    });
    expect(
      readVulnerability(
        nvdEntry('CVE-2024-0001', {
          configurations: [{ nodes: [{ cpeMatch: [{}, { criteria: 'cpe:/a:old' }] }] }],
        }),
      ),
    ).toMatchObject({ configurations: [] });
  });

  it.each([
    null,
    3,
    {},
    { cve: {} },
    nvdEntry('nonsense'),
    nvdEntry('CVE-2024-0001', { lastModified: 'yesterday' }),
  ])('is none: %j', (value) => {
    expect(readVulnerability(value)).toBeNull();
  });
});

describe("an entry of CISA's catalogue", () => {
  const entries = (JSON.parse(kevFile(['CVE-2021-41773'])) as { vulnerabilities: object[] }).vulnerabilities;

  it('has its dates and whether ransomware uses it', () => {
    expect(readExploitation(entries[0])).toEqual({
      cve: 'CVE-2021-41773',
      name: 'Vendor Product CVE-2021-41773 Vulnerability',
      addedOn: '2026-02-01',
      dueOn: '2026-02-22',
      ransomware: true,
    });
    expect(
      readExploitation({ ...entries[0], dueDate: '', knownRansomwareCampaignUse: 'Unknown' }),
    ).toMatchObject({ dueOn: null, ransomware: false });
  });

  it.each([null, {}, { cveID: 'CVE-2021-41773' }, { cveID: 'x', dateAdded: '2026-02-01' }])(
    'is none: %j',
    (value) => {
      expect(readExploitation(value)).toBeNull();
    },
  );
});

describe("FIRST's predictions", () => {
  async function read(text: string, size = 11) {
    const reader = predictions(inChunks(text, size), 'the file');
    const rows: unknown[] = [];
    for (;;) {
      const next = await reader.next();
      if (next.done === true) return { rows, ...next.value };
      rows.push(next.value);
    }
  }

  it('come with the time at which they were made', async () => {
    const rows = [
      ['CVE-1999-0001', 0.01, 0.77],
      ['CVE-2024-6387', 0.5, 1],
    ] as const;
    const expected = {
      rows: [
        { cve: 'CVE-1999-0001', epss: 0.01, percentile: 0.77 },
        { cve: 'CVE-2024-6387', epss: 0.5, percentile: 1 },
      ],
      publishedAt: '2026-03-01T12:55:00.000Z',
      read: 2,
    };
    expect(await read(epssFile(rows))).toEqual(expected);
    expect(await read(epssFile(rows).trimEnd().replaceAll('\n', '\r\n'))).toEqual(expected);
    expect(await read('cve,epss,percentile\nCVE-1999-0001,9e-05,0\n')).toEqual({
      rows: [{ cve: 'CVE-1999-0001', epss: 0.00009, percentile: 0 }],
      publishedAt: null,
      read: 1,
    });
  });

  it.each([
    ['nothing', ''],
    ['other columns', 'cve,epss\nCVE-1999-0001,0.1\n'],
    ['a page', '<!doctype html>\n<html>\n'],
    ['a number out of range', 'cve,epss,percentile\nCVE-1999-0001,1.2,0.5\n'],
    ['a text', 'cve,epss,percentile\nCVE-1999-0001,high,0.5\n'],
    ['a column too many', 'cve,epss,percentile\nCVE-1999-0001,0.1,0.5,x\n'],
    ['a line that was cut off', 'cve,epss,percentile\nCVE-1999-0001,0.1'],
    ['an id that is none', 'cve,epss,percentile\nGHSA-1,0.1,0.5\n'],
    ['a line without an end', `cve,epss,percentile\n${'x'.repeat(1000)}`],
  ])('are refused with %s', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'feed-invalid' });
  });
});

describe("what stands beside a file of NVD's", () => {
  it('has checksum, size and date', () => {
    expect(readMeta(metaFile('{}'), 'the file')).toEqual({
      sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      bytes: 2,
      publishedAt: '2026-03-01T08:00:10.000Z',
    });
  });

  it.each([
    '',
    '<html>',
    'sha256:abc\nsize:2',
    metaFile('{}').replace('size:2', 'size:-2'),
    metaFile('{}').replace('sha256', 'md5'),
  ])('is refused: %j', (text) => {
    expect(() => readMeta(text, 'the file')).toThrow(/cannot be used/);
  });
});
