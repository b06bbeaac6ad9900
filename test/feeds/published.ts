import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { gzipSync } from 'node:zlib';

// Small files in the formats in which NVD, CISA and FIRST publish theirs.

/** One vulnerability as NVD lists it; OpenSSH before 9.8 unless the test wants another. */
export function nvdEntry(id: string, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    cve: {
      id,
      sourceIdentifier: 'secalert@example.com',
      published: '2024-07-01T13:15:06.467',
      lastModified: '2024-09-17T13:15:00.120',
      vulnStatus: 'Analyzed',
      cveTags: [],
      descriptions: [{ lang: 'en', value: 'A "quoted" text with \\ and { brackets [' }],
      metrics: {
        cvssMetricV31: [
          {
            source: 'nvd@nist.gov',
            type: 'Primary',
            cvssData: {
              version: '3.1',
              vectorString: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
              baseScore: 8.1,
              baseSeverity: 'HIGH',
            },
            exploitabilityScore: 2.2,
            impactScore: 5.9,
          },
        ],
      },
      configurations: [
        {
          nodes: [
            {
              operator: 'OR',
              negate: false,
              cpeMatch: [
                {
                  vulnerable: true,
                  criteria: 'cpe:2.3:a:openbsd:openssh:*:*:*:*:*:*:*:*',
                  versionStartIncluding: '8.6',
                  versionEndExcluding: '9.8',
                  matchCriteriaId: '0C0F1D0F-0000-4000-8000-000000000000',
                },
              ],
            },
          ],
        },
      ],
      references: [{ url: 'https://example.com/advisory', source: 'secalert@example.com' }],
      ...changes,
    },
  };
}

/** A file of NVD's feed in JSON 2.0. */
export function nvdFile(entries: readonly unknown[]): string {
  return JSON.stringify({
    resultsPerPage: entries.length,
    startIndex: 0,
    totalResults: entries.length,
    format: 'NVD_CVE',
    version: '2.0',
    timestamp: '2026-03-01T03:00:10.000',
    vulnerabilities: entries,
  });
}

/** What NVD puts beside a file. */
export function metaFile(
  content: string,
  changes: { readonly sha256?: string; readonly size?: number } = {},
): string {
  const sha256 = changes.sha256 ?? createHash('sha256').update(content).digest('hex').toUpperCase();
  return [
    'lastModifiedDate:2026-03-01T03:00:10-05:00',
    `size:${changes.size ?? Buffer.byteLength(content)}`,
    'zipSize:1000',
    'gzSize:900',
    `sha256:${sha256}`,
    '',
  ].join('\r\n');
}

/** CISA's catalogue with these vulnerabilities. */
export function kevFile(cves: readonly string[], changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify(
    {
      title: 'CISA Catalog of Known Exploited Vulnerabilities',
      catalogVersion: '2026.03.01',
      dateReleased: '2026-03-01T15:00:12.1234Z',
      count: cves.length,
      vulnerabilities: cves.map((cveID) => ({
        cveID,
        vendorProject: 'Vendor',
        product: 'Product',
        vulnerabilityName: `Vendor Product ${cveID} Vulnerability`,
        dateAdded: '2026-02-01',
        shortDescription: 'Something is wrong.',
        requiredAction: 'Apply updates.',
        dueDate: '2026-02-22',
        knownRansomwareCampaignUse: 'Known',
        notes: '',
        cwes: ['CWE-78'],
      })),
      ...changes,
    },
    null,
    4,
  );
}

/** FIRST's predictions. */
export function epssFile(rows: readonly (readonly [string, number, number])[]): string {
  return [
    '#model_version:v2025.03.14,score_date:2026-03-01T12:55:00Z',
    'cve,epss,percentile',
    ...rows.map((row) => row.join(',')),
    '',
  ].join('\n');
}

/** The files of a whole set, by name. */
export function publishedFiles(
  parts: { readonly nvd?: string; readonly kev?: string; readonly epss?: string } = {},
): Record<string, Buffer> {
  const nvd = parts.nvd ?? nvdFile([nvdEntry('CVE-2024-6387')]);
  const epss = parts.epss ?? epssFile([['CVE-2024-6387', 0.42, 0.97]]);
  return {
    'nvdcve-2.0-2024.json.gz': gzipSync(nvd),
    'nvdcve-2.0-2024.meta': Buffer.from(metaFile(nvd)),
    'known_exploited_vulnerabilities.json': Buffer.from(parts.kev ?? kevFile(['CVE-2021-41773'])),
    'epss_scores-current.csv.gz': gzipSync(epss),
  };
}

/** A directory with these files, for as long as the test runs. */
export async function directoryWith(files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'picket-feeds-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(directory, name), content);
  return directory;
}

/** Bytes in chunks of a size, as they might come from a network. */
export async function* inChunks(content: string | Buffer, size: number): AsyncGenerator<Buffer, void, void> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
