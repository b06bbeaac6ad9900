import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts, FactValue } from '../../src/domain/observation.ts';
import { complaintAbout } from '../../src/sandbox/aws/securityhub/validate-finding.ts';
import { toAsff } from '../../src/securityhub/asff.ts';
import { validateAsff } from '../../src/securityhub/validate.ts';
import { aFinding } from './a-finding.ts';

const evidence: Facts = {
  cve: 'CVE-2021-41773',
  name: 'Path traversal',
  product: 'Apache HTTP Server',
  version: '2.4.49',
  cpe: 'cpe:2.3:a:apache:http_server:2.4.49:*:*:*:*:*:*:*',
  score: 7.5,
  vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
  cvssVersion: '3.1',
  scoredBy: 'nvd@nist.gov',
  kev: true,
  kevDueDate: '2021-11-17',
  epss: 0.944,
  epssPercentile: 0.999,
  confidence: 'exact',
  note: null,
  fixedIn: '2.4.50',
  url: 'https://nvd.nist.gov/vuln/detail/CVE-2021-41773',
};

function asffOf(changes: Facts = {}, probe = 'software') {
  const finding = aFinding({
    checkId: 'known-exploited-vulnerability',
    discriminator: 'CVE-2021-41773',
    content: { title: 'Software with a vulnerability', probe, evidence: { ...evidence, ...changes } },
  });
  const asff = toAsff(finding, { partition: 'aws' });
  const json = JSON.stringify(asff);
  expect(validateAsff(asff)).toEqual([]);
  expect(complaintAbout(JSON.parse(json), Buffer.byteLength(json))).toBeNull();
  return asff;
}

describe('a finding about a vulnerability', () => {
  it('has it in the format’s own words', () => {
    const asff = asffOf();
    expect(asff.Vulnerabilities).toEqual([
      {
        Id: 'CVE-2021-41773',
        VulnerablePackages: [
          {
            Name: 'Apache HTTP Server',
            Version: '2.4.49',
            FixedInVersion: '2.4.50',
            Remediation: 'Update to 2.4.50 or later.',
          },
        ],
        Cvss: [
          {
            Version: '3.1',
            BaseScore: 7.5,
            BaseVector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
            Source: 'nvd@nist.gov',
          },
        ],
        Vendor: { Name: 'NVD', Url: 'https://nvd.nist.gov/vuln/detail/CVE-2021-41773' },
        ReferenceUrls: [
          'https://nvd.nist.gov/vuln/detail/CVE-2021-41773',
          'https://www.cisa.gov/known-exploited-vulnerabilities-catalog',
        ],
        FixAvailable: 'YES',
        EpssScore: 0.944,
        ExploitAvailable: 'YES',
      },
    ]);
    expect(asff.Title).toBe(
      'CVE-2021-41773 in Apache HTTP Server 2.4.49: Software with a vulnerability (port 6379/tcp)',
    );
    expect(asff.Id).toMatch(/\/known-exploited-vulnerability\/CVE-2021-41773$/);
  });

  it('says nothing of what is not known', () => {
    const unknown = {
      score: null,
      vector: null,
      cvssVersion: null,
      scoredBy: null,
      kev: false,
      epss: null,
      fixedIn: null,
    };
    expect(asffOf(unknown).Vulnerabilities).toEqual([
      {
        Id: 'CVE-2021-41773',
        VulnerablePackages: [{ Name: 'Apache HTTP Server', Version: '2.4.49' }],
        Vendor: { Name: 'NVD', Url: 'https://nvd.nist.gov/vuln/detail/CVE-2021-41773' },
        ReferenceUrls: ['https://nvd.nist.gov/vuln/detail/CVE-2021-41773'],
      },
    ]);
    expect(asffOf({ ...unknown, url: null, product: null }).Vulnerabilities).toEqual([
      { Id: 'CVE-2021-41773' },
    ]);
  });

  it('names who else publishes about it', () => {
    const url = 'https://www.openssh.com/txt/release-9.8';
    expect(asffOf({ url, kev: false }).Vulnerabilities?.[0]).toMatchObject({
      Vendor: { Name: 'www.openssh.com', Url: url },
      ReferenceUrls: [url],
    });
  });

  it('is one only when a derivation about software says so', () => {
    expect(asffOf({}, 'http').Vulnerabilities).toBeUndefined();
    expect(asffOf({ cve: null }).Vulnerabilities).toBeUndefined();
    expect(asffOf({ cve: 'not an id' }).Vulnerabilities).toBeUndefined();
    expect(asffOf({}, 'http').Title).toBe('Software with a vulnerability (port 6379/tcp)');
    expect(asffOf({ cve: null, product: null, name: 'PHP', version: '7.4.33' }).Title).toBe(
      'PHP 7.4.33: Software with a vulnerability (port 6379/tcp)',
    );
  });

  it('is within the limits of the format whatever its evidence holds', () => {
    const value: fc.Arbitrary<FactValue> = fc.oneof(
      fc.string({ maxLength: 3000 }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom(
        'CVE-2024-1234',
        'https://example.com/\u202e',
        'http://[',
        'javascript:alert(1)',
        '\u0000',
        -1,
        11,
      ),
      fc.array(fc.string(), { maxLength: 3 }),
    );
    const names = Object.keys(evidence).filter((name) => name !== 'cve');
    fc.assert(
      fc.property(fc.record(Object.fromEntries(names.map((name) => [name, value]))), (changes) => {
        expect(asffOf(changes as Facts).Vulnerabilities?.[0]?.Id).toBe('CVE-2021-41773');
      }),
      { numRuns: 200 },
    );
  });
});
